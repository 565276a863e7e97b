import * as z from 'zod';
import { ConditionalCheckFailedException, documents, pagesOf } from '#aws/documents.ts';
import { isServable } from '#domain/media.ts';
import { inSight, sightOf } from '#domain/visibility.ts';
import { batchGet } from './batch-get.ts';
import { HeadEntity } from './conversation.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { findMedia, mediaPartition, type StoredMedia } from './media.ts';
import { MemberEntity } from './member.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';
import { rulesOf } from './tenant-settings.ts';

/**
 * That a conversation carries a media: `s` the last message that does and `a` its time (ms), `always` when the conversation itself does (its
 * picture). Whoever is in the conversation may read it, unless all that carries it is from before they came and hidden from
 * them.
 */
export const MediaLinkEntity = entity({
  type: 'media-link',
  schema: z.object({
    conversationId: z.string(),
    s: z.number().optional(),
    a: z.number().optional(),
    always: z.boolean().optional(),
  }),
  key: (tenant: TenantKey, link: { mediaId: string; conversationId: string }): Key => ({
    pk: mediaPartition(tenant, link.mediaId),
    sk: join('IN', link.conversationId),
  }),
});

/** Instead of a conversation's id: the whole tenant. */
const EVERYBODY = 'everybody';

/**
 * AP-23 Lets the members of a conversation read a media, that of message `carrier` or of the conversation itself. Called after
 * `findSendable` and before the message is stored, so that nobody is shown a message whose picture they may not fetch.
 */
export async function linkMedia(
  tenant: TenantKey,
  mediaId: string,
  conversationId: string,
  carrier: number | 'always',
  at = Date.now(),
): Promise<void> {
  const always = carrier === 'always';
  try {
    await documents.update({
      TableName: tableName(),
      Key: MediaLinkEntity.key(tenant, { mediaId, conversationId }),
      UpdateExpression: `SET conversationId = :conversation, #ty = :ty, ${always ? '#always = :carrier' : '#s = :carrier, #a = :at'}`,
      ...(always ? {} : { ConditionExpression: 'attribute_not_exists(#s) OR #s < :carrier' }),
      ExpressionAttributeNames: {
        '#ty': TABLE.entity,
        ...(always ? { '#always': 'always' } : { '#s': 's', '#a': 'a' }),
      },
      ExpressionAttributeValues: {
        ':conversation': conversationId,
        ':ty': MediaLinkEntity.type,
        ':carrier': always ? true : carrier,
        ...(always ? {} : { ':at': at }),
      },
    });
  } catch (error) {
    // A later message carries it already.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** AP-303 Lets everybody in the tenant read a media: a user's picture, an emoji. Called after `findSendable`. */
export const showToAll = (tenant: TenantKey, mediaId: string) => linkMedia(tenant, mediaId, EVERYBODY, 'always');

/** AP-24 Whether the user is, right now, in a conversation that carries the media where they may see it. */
export async function mayRead(tenant: TenantKey, mediaId: string, userId: string, at = Date.now()): Promise<boolean> {
  const { retention } = await rulesOf(tenant, at);
  const pages = pagesOf({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :links)',
    ExpressionAttributeValues: { ':pk': mediaPartition(tenant, mediaId), ':links': 'IN#' },
    ConsistentRead: true,
    // Of one page's links, heads and memberships are one BatchGetItem, and the first that lets in ends the search.
    Limit: 50,
  });
  for await (const items of pages) {
    const links = items.map(MediaLinkEntity.fromItem);
    if (links.some(({ conversationId }) => conversationId === EVERYBODY)) return true;
    const heads = links.map(({ conversationId }) => HeadEntity.key(tenant, conversationId));
    const members = links.map(({ conversationId }) => MemberEntity.key(tenant, { conversationId, userId }));
    const found = await batchGet([...heads, ...members], { consistent: true });
    const itemAt = ({ pk, sk }: Key) => found.find((item) => item.pk === pk && item.sk === sk);
    const letsIn = links.some(({ s = 0, a = at, always = false }, index) => {
      const [head, member] = [itemAt(heads[index]!), itemAt(members[index]!)];
      if (!head || !member) return false;
      const sight = sightOf(HeadEntity.fromItem(head), MemberEntity.fromItem(member), retention, at);
      return always || inSight(sight, s, a);
    });
    if (letsIn) return true;
  }
  return false;
}

/** A media that the user owns or may read; undefined for a missing and for a foreign one alike. */
export async function findReadable(
  tenant: TenantKey,
  mediaId: string,
  userId: string,
  at: number,
): Promise<StoredMedia | undefined> {
  const media = await findMedia(tenant, mediaId, at);
  if (!media || media.ownerId === userId) return media;
  return (await mayRead(tenant, mediaId, userId, at)) ? media : undefined;
}

/** AP-25 The media when the user may put it into a message: it is ready, and theirs or readable to them. */
export async function findSendable(
  tenant: TenantKey,
  mediaId: string,
  userId: string,
): Promise<StoredMedia | undefined> {
  const media = await findReadable(tenant, mediaId, userId, Date.now());
  return media && isServable(media.state) ? media : undefined;
}
