import type { TransactItem } from '#aws/documents.ts';
import type { TenantKey } from './entity.ts';
import { EVERYBODY, MediaLinkEntity, type MediaLinkId } from './media-link.ts';
import { counted, releaseParts, standing } from './media-reference.ts';
import { tableName } from './table-name.ts';

/** What keeps a media besides messages, by its link. */
export const KEPT = {
  asPictureOf: (conversationId: string, mediaId: string): MediaLinkId => ({
    mediaId,
    conversationId,
    carrier: 'always',
  }),
  asFaceOf: (userId: string, mediaId: string): MediaLinkId => ({
    mediaId,
    conversationId: EVERYBODY,
    carrier: `user#${userId}`,
  }),
  asEmoji: (mediaId: string): MediaLinkId => ({ mediaId, conversationId: EVERYBODY, carrier: 'emoji' }),
  /** A place that nobody reads by: whoever scheduled it may see it without. */
  forScheduled: (id: string, mediaId: string): MediaLinkId => ({ mediaId, conversationId: 'scheduled', carrier: id }),
} as const;

/** AP-571 Links of places that show a media themselves, or keep it, where there are none yet. */
async function keepParts(
  tenant: TenantKey,
  ids: readonly MediaLinkId[],
  keptFor: string | undefined,
): Promise<TransactItem[]> {
  return (await standing(tenant, ids)).flatMap(({ id, link, media }): TransactItem[] =>
    link || (keptFor !== undefined && (media?.ownerId !== keptFor || media.removedAt !== undefined))
      ? []
      : [
          {
            Put: {
              TableName: tableName(),
              Item: MediaLinkEntity.toItem(tenant, id, { conversationId: id.conversationId, always: true }),
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
          counted(tenant, id.mediaId, { ready: keptFor === undefined }),
        ],
  );
}

/** The links of a place, as they were and as they are to be. */
export interface Exchange {
  readonly before: readonly MediaLinkId[];
  readonly after: readonly MediaLinkId[];
  /** Only media of this user's are kept, whatever state they are in. */
  readonly keptFor?: string;
}

/**
 * What changes with a place that shows other media than before, for the transaction that changes the place. A condition that
 * fails means that somebody was first, or that a media has gone: ask again.
 */
export async function exchangeParts(
  tenant: TenantKey,
  { before, after, keptFor }: Exchange,
  at: number,
): Promise<TransactItem[]> {
  const [known, wanted] = [before, after].map((ids) => new Set(ids.map(({ mediaId }) => mediaId))) as [
    Set<string>,
    Set<string>,
  ];
  const [come, gone] = await Promise.all([
    keepParts(
      tenant,
      after.filter(({ mediaId }) => !known.has(mediaId)),
      keptFor,
    ),
    releaseParts(
      tenant,
      before.filter(({ mediaId }) => !wanted.has(mediaId)),
      at,
    ),
  ]);
  return [...come, ...gone];
}
