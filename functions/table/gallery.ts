import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { MediaKind } from '#contract/media.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { tableName } from './table-name.ts';

/** One media of one message, by its kind and the message's number. */
export interface GalleryId {
  readonly conversationId: string;
  readonly kind: z.output<typeof MediaKind>;
  readonly seq: number;
  readonly mediaId: string;
}

/** The partition of a conversation's gallery. */
export const galleryPartition = (tenant: TenantKey, conversationId: string): string =>
  join(tenant, 'CG', conversationId);

/**
 * That a message of a conversation shows a media: `u` who sent it, `a` when (ms). A gallery's page of one kind is one range.
 * It comes and goes with the media's link.
 */
export const GalleryEntity = entity({
  type: 'gallery',
  schema: z.object({ mediaId: z.string(), s: z.number(), k: MediaKind, u: z.string(), a: z.number() }),
  key: (tenant: TenantKey, { conversationId, kind, seq, mediaId }: GalleryId): Key => ({
    pk: galleryPartition(tenant, conversationId),
    sk: join(kind, digits(seq), mediaId),
  }),
});

/** A place in a gallery: what comes after it is older. */
export interface GalleryPlace {
  readonly seq: number;
  readonly mediaId: string;
}
export type GalleryEntry = z.output<typeof GalleryEntity.schema>;

/** AP-579 What a conversation shows of some kinds below a place, the newest message first, consistently: a query a kind. */
export async function listGallery(
  tenant: TenantKey,
  conversationId: string,
  kinds: readonly z.output<typeof MediaKind>[],
  { before, limit }: { readonly before: GalleryPlace | undefined; readonly limit: number },
): Promise<{ entries: GalleryEntry[]; more: boolean }> {
  const of = async (kind: z.output<typeof MediaKind>): Promise<GalleryEntry[]> => {
    const last = before && GalleryEntity.key(tenant, { conversationId, kind, ...before }).sk;
    const { Items } = await documents.query({
      TableName: tableName(),
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': galleryPartition(tenant, conversationId),
        ':first': join(kind, ''),
        ':last': last ?? join(kind, '~'),
      },
      ScanIndexForward: false,
      Limit: limit + 2,
    });
    return Items.filter(({ sk }) => sk !== last).map(GalleryEntity.fromItem);
  };
  const found = (await Promise.all(kinds.map(of)))
    .flat()
    .sort((one, other) => other.s - one.s || (one.mediaId < other.mediaId ? 1 : -1));
  return { entries: found.slice(0, limit), more: found.length > limit };
}
