import { ConditionalCheckFailedException, documents, pagesOf } from '#aws/documents.ts';
import { mediaIdsIn } from '#domain/removal.ts';
import { batchGet } from './batch-get.ts';
import { HeadEntity } from './conversation.ts';
import type { TenantKey } from './entity.ts';
import { MediaEntity, mediaPartition, type StoredMedia } from './media.ts';
import { MediaLinkEntity, type MediaLinkId } from './media-link.ts';
import { MessageEntity, seqOf } from './message.ts';
import { ProfileEntity } from './settings.ts';
import { tableName } from './table-name.ts';
import { findSettings } from './tenant-settings.ts';
import { UserEntity } from './user.ts';

/** A link as it is found, with what names it. */
export interface FoundLink extends MediaLinkId {
  /** Time (ms) of the message. */
  readonly a: number | undefined;
}

/** AP-587 Every link of a media, consistently, page by page. */
export async function* linksOfMedia(tenant: TenantKey, mediaId: string): AsyncGenerator<FoundLink[]> {
  const pages = pagesOf({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :links)',
    ExpressionAttributeValues: { ':pk': mediaPartition(tenant, mediaId), ':links': 'IN#' },
    Limit: 100,
  });
  for await (const items of pages)
    yield items.map((item) => {
      const { conversationId, s, a, always } = MediaLinkEntity.fromItem(item);
      const [, , ...rest] = String(item.sk).split('#');
      const carrier = rest.length === 0 ? undefined : always ? rest.join('#') : s;
      return { mediaId, conversationId, carrier, a };
    });
}

/** AP-588 Those of some links of a media whose messages show it no longer: gone, void, deleted where no legal hold is, or of another media. */
async function deadMessages(tenant: TenantKey, links: readonly FoundLink[]): Promise<FoundLink[]> {
  const carried = links.flatMap((link) => (typeof link.carrier === 'number' ? [{ ...link, seq: link.carrier }] : []));
  const items = await batchGet(
    carried.flatMap((link) => [MessageEntity.key(tenant, link), HeadEntity.key(tenant, link.conversationId)]),
    { consistent: true },
  );
  return carried.filter(({ mediaId, conversationId, seq }) => {
    const key = MessageEntity.key(tenant, { conversationId, seq });
    const item = items.find(({ pk, sk }) => pk === key.pk && sk === key.sk);
    if (item?.ty !== MessageEntity.type || seqOf(item.sk) !== seq) return true;
    const stored = MessageEntity.fromItem(item);
    if (stored.b.type !== 'deleted') return !mediaIdsIn(stored).includes(mediaId);
    const head = items.find(({ pk, ty }) => ty === HeadEntity.type && pk === HeadEntity.key(tenant, conversationId).pk);
    return !head || HeadEntity.fromItem(head).held !== true;
  });
}

/** AP-589 Whether a place that shows a media itself still does. Of what is scheduled its own change tells. */
async function stillKeeps(tenant: TenantKey, { mediaId, conversationId, carrier }: MediaLinkId): Promise<boolean> {
  const get = async (Key: Record<string, unknown>) =>
    (await documents.get({ TableName: tableName(), Key, ConsistentRead: true })).Item;
  if (carrier === 'always') {
    const item = await get({ ...ProfileEntity.key(tenant, conversationId) });
    return item !== undefined && ProfileEntity.fromItem(item).settings.avatarId === mediaId;
  }
  if (carrier === 'emoji')
    return (await findSettings(tenant)).rules.content.emojis.some((emoji) => emoji.mediaId === mediaId);
  if (typeof carrier === 'string' && carrier.startsWith('user#')) {
    const item = await get({ ...UserEntity.key(tenant, carrier.slice(5)) });
    return item !== undefined && UserEntity.fromItem(item).avatarMediaId === mediaId;
  }
  return true;
}

/** Those of some links that nothing stands behind. Young ones are left alone: what they belong to may be on its way. */
export async function deadLinks(tenant: TenantKey, links: readonly FoundLink[], before: number): Promise<FoundLink[]> {
  const old = links.filter(({ a = 0 }) => a < before);
  const kept = old.filter(({ carrier }) => typeof carrier === 'string');
  const keeps = await Promise.all(kept.map((link) => stillKeeps(tenant, link)));
  return [...(await deadMessages(tenant, old)), ...kept.filter((_, index) => !keeps[index])];
}

const whether = async (update: Promise<unknown>): Promise<boolean> => {
  try {
    await update;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

/** AP-590 Put the count of a media's links right, while nothing has linked or unlinked it since it was read. */
export const recount = (tenant: TenantKey, media: StoredMedia, refs: number, at: number): Promise<boolean> =>
  whether(
    documents.update({
      TableName: tableName(),
      Key: MediaEntity.key(tenant, media.mediaId),
      UpdateExpression: refs > 0 ? 'SET refs = :refs REMOVE orphanSince' : 'SET refs = :refs, orphanSince = :at',
      ConditionExpression: `attribute_exists(pk) AND ${media.moves === undefined ? 'attribute_not_exists(moves)' : 'moves = :moves'}`,
      ExpressionAttributeValues: {
        ':refs': refs,
        ...(refs > 0 ? {} : { ':at': at }),
        ...(media.moves === undefined ? {} : { ':moves': media.moves }),
      },
    }),
  );

/** AP-591 Say that a media's objects are missing, or there again. */
export const setMissing = (tenant: TenantKey, mediaId: string, missing: boolean): Promise<boolean> =>
  whether(
    documents.update({
      TableName: tableName(),
      Key: MediaEntity.key(tenant, mediaId),
      UpdateExpression: missing ? 'SET #missing = :yes' : 'REMOVE #missing',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#missing': 'missing' },
      ...(missing ? { ExpressionAttributeValues: { ':yes': true } } : {}),
    }),
  );
