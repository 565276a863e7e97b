import * as z from 'zod';
import { ConditionalCheckFailedException, documents, pagesOf } from '#aws/documents.ts';
import { type Media, MediaState, RejectionReason, Rendition } from '#contract/media.ts';
import { isServable, mayMove } from '#domain/media.ts';
import { inSight, sightOf } from '#domain/visibility.ts';
import { batchGet } from './batch-get.ts';
import { HeadEntity } from './conversation.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { MemberEntity } from './member.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';
import { rulesOf } from './tenant-settings.ts';

/** A rendition as stored: with the SHA-256 (hex) of its bytes. */
const StoredRendition = Rendition.extend({ sha256: z.string() });

/** An upload and what became of it. */
export const StoredMedia = z.object({
  mediaId: z.string(),
  ownerId: z.string(),
  state: MediaState,
  reason: RejectionReason.optional(),
  /** What the uploader said. */
  fileName: z.string(),
  contentType: z.string(),
  bytes: z.number(),
  createdAt: z.number(),
  /** The version of the S3 object that everything after `requested` is about; no other is ever looked at. */
  objectVersion: z.string().optional(),
  renditions: z.array(StoredRendition).optional(),
  /** Counts the edges taken, from 1. */
  version: z.number(),
  /** Epoch seconds when it goes away, while nothing has been uploaded. */
  exp: z.number().optional(),
});
export type StoredMedia = z.output<typeof StoredMedia>;

const partition = (tenant: TenantKey, mediaId: string): string => join(tenant, 'MD', mediaId);

export const MediaEntity = entity({
  type: 'media',
  schema: StoredMedia,
  key: (tenant: TenantKey, mediaId: string): Key => ({ pk: partition(tenant, mediaId), sk: 'MEDIA' }),
});

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
    pk: partition(tenant, link.mediaId),
    sk: join('IN', link.conversationId),
  }),
});

/** A stored media as the API shows it. */
export const toMedia = (stored: StoredMedia): Media => ({
  id: stored.mediaId,
  ownerId: stored.ownerId,
  state: stored.state,
  reason: stored.reason ?? null,
  claimed: { fileName: stored.fileName, contentType: stored.contentType, bytes: stored.bytes },
  renditions: (stored.renditions ?? []).map(({ name, contentType, width, height, bytes }) => ({
    name,
    contentType,
    width,
    height,
    bytes,
  })),
  createdAt: new Date(stored.createdAt).toISOString(),
});

const isLost = (error: unknown): boolean => error instanceof ConditionalCheckFailedException;
/** Instead of a conversation's id: the whole tenant. */
const EVERYBODY = 'everybody';

/** AP-20 A media by id, consistently; undefined when there is none or it expired before `at` (ms). */
export async function findMedia(tenant: TenantKey, mediaId: string, at: number): Promise<StoredMedia | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: MediaEntity.key(tenant, mediaId),
    ConsistentRead: true,
  });
  const media = Item && MediaEntity.fromItem(Item);
  return media?.exp !== undefined && media.exp * 1_000 <= at ? undefined : media;
}

/** AP-21 Writes a new media; false when the id is taken by one that has not expired. */
export async function createMedia(tenant: TenantKey, media: StoredMedia): Promise<boolean> {
  try {
    await documents.put({
      TableName: tableName(),
      Item: MediaEntity.toItem(tenant, media.mediaId, media),
      // DynamoDB deletes late: what has expired is gone already.
      ConditionExpression: 'attribute_not_exists(pk) OR exp <= :now',
      ExpressionAttributeValues: { ':now': Math.floor(media.createdAt / 1_000) },
    });
    return true;
  } catch (error) {
    if (isLost(error)) return false;
    throw error;
  }
}

/** An edge of a media's states, with what becomes known on it. */
export interface Edge {
  readonly to: StoredMedia['state'];
  readonly reason?: StoredMedia['reason'];
  readonly renditions?: StoredMedia['renditions'];
}

/**
 * AP-22 Takes an edge from the state `media` was read in, bound to one version of the uploaded object: the edge out of
 * `requested` binds it, every later one demands it. Undefined when somebody else moved the media meanwhile: look again.
 */
export async function moveMedia(
  tenant: TenantKey,
  media: StoredMedia,
  objectVersion: string,
  { to, reason, renditions }: Edge,
): Promise<StoredMedia | undefined> {
  if (!mayMove(media.state, to)) throw new Error(`no edge leads from ${media.state} to ${to}`);
  const binds = media.state === 'requested';
  try {
    const { Attributes } = await documents.update({
      TableName: tableName(),
      Key: MediaEntity.key(tenant, media.mediaId),
      UpdateExpression: [
        'SET #state = :to, version = version + :one, objectVersion = :object',
        ...(reason ? ['reason = :reason'] : []),
        ...(renditions ? ['renditions = :renditions'] : []),
      ]
        .join(', ')
        .concat(' REMOVE exp'),
      ConditionExpression: `#state = :from AND ${binds ? 'attribute_not_exists(objectVersion)' : 'objectVersion = :object'}`,
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':from': media.state,
        ':to': to,
        ':one': 1,
        ':object': objectVersion,
        ...(reason ? { ':reason': reason } : {}),
        ...(renditions ? { ':renditions': renditions } : {}),
      },
      ReturnValues: 'ALL_NEW',
    });
    return MediaEntity.fromItem(Attributes!);
  } catch (error) {
    if (isLost(error)) return undefined;
    throw error;
  }
}

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
    if (!isLost(error)) throw error;
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
    ExpressionAttributeValues: { ':pk': partition(tenant, mediaId), ':links': 'IN#' },
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
