import type * as z from 'zod';
import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import { kindOf } from '#domain/media.ts';
import { LEAST_GRACE_MS } from '#domain/media-lifecycle.ts';
import { Refusal } from '#domain/refusal.ts';
import { mediaIdsIn } from '#domain/removal.ts';
import { batchGet } from './batch-get.ts';
import { putDue } from './due.ts';
import type { Item, Key, TenantKey } from './entity.ts';
import { GalleryEntity } from './gallery.ts';
import { calmly, metOthers } from './log/contention.ts';
import { MediaEntity, type StoredMedia } from './media.ts';
import { MediaLinkEntity, type MediaLinkId } from './media-link.ts';
import { MessageEntity, type MessageKey, type StoredMessage } from './message.ts';
import { tableName } from './table-name.ts';

/** Tries of one release; each failure means that somebody else changed what shows the media. */
const ROUNDS = 12;

const itemAt = (items: readonly Item[], { pk, sk }: Key): Item | undefined =>
  items.find((item) => item.pk === pk && item.sk === sk);

/** One more shows a media: while nobody has removed it and, unless it is only kept for later, it is ready. */
export const counted = (tenant: TenantKey, mediaId: string, { ready = true } = {}): TransactItem => ({
  Update: {
    TableName: tableName(),
    Key: MediaEntity.key(tenant, mediaId),
    UpdateExpression: 'ADD refs :one, moves :one REMOVE orphanSince',
    ConditionExpression: `${ready ? '#state = :ready' : 'attribute_exists(pk)'} AND attribute_not_exists(removedAt)`,
    ...(ready ? { ExpressionAttributeNames: { '#state': 'state' } } : {}),
    ExpressionAttributeValues: { ':one': 1, ...(ready ? { ':ready': 'ready' } : {}) },
  },
});

type Shown = Pick<StoredMedia, 'mediaId' | 'contentType'>;
type Sent = Pick<StoredMessage, 'u' | 'a'>;

/** Puts what a message shows into its conversation's gallery. */
const listed = (
  tenant: TenantKey,
  { conversationId, seq }: MessageKey,
  { u, a }: Sent,
  { mediaId, contentType }: Shown,
): TransactItem => {
  const kind = kindOf(contentType);
  const Item = GalleryEntity.toItem(tenant, { conversationId, kind, seq, mediaId }, { mediaId, s: seq, k: kind, u, a });
  return { Put: { TableName: tableName(), Item } };
};

/** AP-570 What makes a message show media, for the transaction that stores or restores it: link, place in the gallery, count. */
export const showParts = (
  tenant: TenantKey,
  message: MessageKey,
  stored: Sent,
  media: readonly Shown[],
): TransactItem[] =>
  media.flatMap((one): TransactItem[] => {
    const { conversationId, seq } = message;
    const { mediaId, contentType } = one;
    const link = { conversationId, s: seq, a: stored.a, k: kindOf(contentType) };
    return [
      {
        Put: {
          TableName: tableName(),
          Item: MediaLinkEntity.toItem(tenant, { mediaId, conversationId, carrier: seq }, link),
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      listed(tenant, message, stored, one),
      counted(tenant, mediaId),
    ];
  });

/** One fewer shows a media; the last that did leaves it to the clean-up, and says since when. */
const discounted = (tenant: TenantKey, media: StoredMedia, at: number): TransactItem[] => {
  const { mediaId, ownerId, refs } = media;
  const update = { TableName: tableName(), Key: MediaEntity.key(tenant, mediaId) };
  if (refs !== undefined && refs > 1)
    return [
      {
        Update: {
          ...update,
          UpdateExpression: 'SET refs = refs - :one ADD moves :one',
          ConditionExpression: 'refs > :one',
          ExpressionAttributeValues: { ':one': 1 },
        },
      },
    ];
  return [
    {
      Update: {
        ...update,
        UpdateExpression: 'SET refs = :none, orphanSince = :at ADD moves :one',
        ConditionExpression:
          refs === undefined ? 'attribute_exists(pk) AND attribute_not_exists(refs)' : 'refs = :seen',
        ExpressionAttributeValues: {
          ...{ ':none': 0, ':at': at, ':one': 1 },
          ...(refs === undefined ? {} : { ':seen': refs }),
        },
      },
    },
    putDue({ tenant, userId: ownerId, id: mediaId, at: at + LEAST_GRACE_MS }, 'MEDIA'),
  ];
};

/** Links with their media, as they are now, consistently. */
export async function standing(tenant: TenantKey, ids: readonly MediaLinkId[]) {
  const keyed = ids.map((id) => ({
    id,
    key: MediaLinkEntity.key(tenant, id),
    of: MediaEntity.key(tenant, id.mediaId),
  }));
  const wanted = keyed.flatMap(({ key, of }) => [key, of]);
  const items = wanted.length > 0 ? await batchGet(wanted, { consistent: true }) : [];
  return keyed.map(({ id, key, of }) => {
    const [link, media] = [itemAt(items, key), itemAt(items, of)];
    return { id, key, link: link && MediaLinkEntity.fromItem(link), media: media && MediaEntity.fromItem(media) };
  });
}

/** Takes what a link shows out of its conversation's gallery. */
const unlisted = (
  tenant: TenantKey,
  { conversationId, mediaId }: MediaLinkId,
  { s: seq, k: kind }: z.output<typeof MediaLinkEntity.schema>,
): TransactItem[] =>
  seq !== undefined && kind
    ? [
        {
          Delete: {
            TableName: tableName(),
            Key: { ...GalleryEntity.key(tenant, { conversationId, kind, seq, mediaId }) },
          },
        },
      ]
    : [];

/**
 * AP-572 What makes links go, for the transaction that removes what carries them: those that are there, consistently; none
 * for the others. A condition that fails means that somebody was first: ask again.
 */
export async function releaseParts(
  tenant: TenantKey,
  ids: readonly MediaLinkId[],
  at: number,
): Promise<TransactItem[]> {
  const TableName = tableName();
  return (await standing(tenant, ids)).flatMap(({ id, key, link, media }): TransactItem[] =>
    link
      ? [
          { Delete: { TableName, Key: { ...key }, ConditionExpression: 'attribute_exists(pk)' } },
          ...unlisted(tenant, id, link),
          ...(media ? discounted(tenant, media, at) : []),
        ]
      : [],
  );
}

/** AP-576 What takes media out of a gallery and leaves their links: the message is deleted, and must not be lost. */
export const hideParts = async (tenant: TenantKey, ids: readonly MediaLinkId[]): Promise<TransactItem[]> =>
  (await standing(tenant, ids)).flatMap(({ id, link }) => (link ? unlisted(tenant, id, link) : []));

/** The links of a message's media. */
export const linksOf = ({ conversationId, seq }: MessageKey, stored: Pick<StoredMessage, 'b' | 'f'>): MediaLinkId[] =>
  [...new Set(mediaIdsIn(stored))].map((mediaId) => ({ mediaId, conversationId, carrier: seq }));

/** AP-573 What makes a restored message show its media again; of those that are gone, nothing. */
export async function showAgainParts(
  tenant: TenantKey,
  message: MessageKey,
  stored: Pick<StoredMessage, 'b' | 'f' | 'u' | 'a'>,
): Promise<TransactItem[]> {
  return (await standing(tenant, linksOf(message, stored))).flatMap(({ link, media }) => {
    if (media?.state !== 'ready' || media.removedAt !== undefined) return [];
    // A legal hold kept the link.
    return link ? [listed(tenant, message, stored, media)] : showParts(tenant, message, stored, [media]);
  });
}

const isCondition = (error: unknown): error is TransactionCanceledException =>
  error instanceof TransactionCanceledException &&
  error.CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed');

/** AP-574 Make a link go, with its place in the gallery, and count it; false when it is gone already. */
export async function release(tenant: TenantKey, id: MediaLinkId, at: number): Promise<boolean> {
  for (let round = 1; round <= ROUNDS; round++) {
    const parts = await releaseParts(tenant, [id], at);
    if (parts.length === 0) return false;
    try {
      await calmly(() => documents.transactWrite(parts));
      return true;
    } catch (error) {
      if (!isCondition(error) && !metOthers(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * round));
  }
  throw new Refusal('service.contended');
}

/** As `calmly`, for what many write at once: a media that is sent everywhere is counted in one place. */
async function patiently(call: () => Promise<void>): Promise<void> {
  for (let round = 1; round <= ROUNDS; round++)
    try {
      return await calmly(call);
    } catch (error) {
      if (!metOthers(error)) throw error;
    }
  throw new Refusal('service.contended');
}

/**
 * AP-575 Store a message at its number, write-once, with the links of its media: both or neither. False when something lies
 * at the number. Raises `message.media_unusable` when a media has gone since it was looked at.
 */
export async function storeShowing(
  tenant: TenantKey,
  message: MessageKey,
  stored: StoredMessage,
  media: readonly StoredMedia[],
): Promise<boolean> {
  const put: TransactItem = {
    Put: {
      TableName: tableName(),
      Item: MessageEntity.toItem(tenant, message, stored),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
  try {
    await patiently(() => documents.transactWrite([put, ...showParts(tenant, message, stored, media)]));
    return true;
  } catch (error) {
    if (!isCondition(error)) throw error;
    const failed = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (failed === 0) return false;
    throw unusable(media, failed - 1);
  }
}

/** Writes that one media of a message takes. */
const EACH = 3;

/** The refusal of a media that went away, by which of `showParts` did not hold. */
export const unusable = (media: readonly Pick<StoredMedia, 'mediaId'>[], part: number): Refusal =>
  new Refusal('message.media_unusable', { mediaId: media[Math.floor(part / EACH)]!.mediaId });
