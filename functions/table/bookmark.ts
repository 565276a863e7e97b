import * as z from 'zod';
import { ConditionalCheckFailedException, documents, TransactionCanceledException } from '#aws/documents.ts';
import { MOST_BOOKMARKS } from '#contract/bookmarks.ts';
import { Refusal } from '#domain/refusal.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import type { MessageKey } from './message.ts';
import { countDown, countUp, ownPartition } from './own.ts';
import { tableName } from './table-name.ts';

type Id = MessageKey & { readonly userId: string };

/** That a user has bookmarked a message, and since when (ms). */
export const BookmarkEntity = entity({
  type: 'bookmark',
  schema: z.object({ at: z.number() }),
  key: (tenant: TenantKey, { userId, conversationId, seq }: Id): Key => ({
    pk: ownPartition(tenant, userId),
    sk: join('B', conversationId, digits(seq)),
  }),
});

/** The same bookmark in the order of the list, with its note. */
export const BookmarkPlaceEntity = entity({
  type: 'bookmark-place',
  schema: z.object({ conversationId: z.string(), seq: z.number(), at: z.number(), note: z.string().optional() }),
  key: (tenant: TenantKey, { userId, conversationId, seq, at }: Id & { readonly at: number }): Key => ({
    pk: ownPartition(tenant, userId),
    sk: join('BO', digits(at), conversationId, digits(seq)),
  }),
});
export type StoredBookmark = z.output<typeof BookmarkPlaceEntity.schema>;

/** Tries of one change; each failure means that another device of the user's changed the same bookmark. */
const ROUNDS = 5;

const failed = (error: unknown): number[] => {
  if (!(error instanceof TransactionCanceledException)) throw error;
  const at = error.CancellationReasons.flatMap(({ Code }, index) => (Code === 'ConditionalCheckFailed' ? [index] : []));
  if (at.length === 0) throw error;
  return at;
};

/** AP-203 Since when a user has bookmarked a message, consistently; undefined when they have not. */
async function bookmarkedAt(tenant: TenantKey, id: Id): Promise<number | undefined> {
  const Key = BookmarkEntity.key(tenant, id);
  const { Item } = await documents.get({ TableName: tableName(), Key, ConsistentRead: true });
  return Item && BookmarkEntity.fromItem(Item).at;
}

/** AP-204 Give a bookmark another note; false when it has gone meanwhile. */
async function setNote(tenant: TenantKey, id: Id & { readonly at: number }, note: string | null): Promise<boolean> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: BookmarkPlaceEntity.key(tenant, id),
      UpdateExpression: note === null ? 'REMOVE #note' : 'SET #note = :note',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#note': 'note' },
      ...(note === null ? {} : { ExpressionAttributeValues: { ':note': note } }),
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/**
 * AP-205 Bookmark a message with this note, both items and the count together; one that is bookmarked keeps its place.
 * Answers since when. Raises `bookmark.too_many`, `service.contended`.
 */
export async function putBookmark(tenant: TenantKey, id: Id, note: string | null, now: number): Promise<number> {
  const TableName = tableName();
  for (let round = 0; round < ROUNDS; round++) {
    const at = await bookmarkedAt(tenant, id);
    if (at !== undefined) {
      if (await setNote(tenant, { ...id, at }, note)) return at;
      continue;
    }
    const { conversationId, seq } = id;
    const place = { conversationId, seq, at: now, ...(note === null ? {} : { note }) };
    try {
      await calmly(() =>
        documents.transactWrite([
          {
            Put: {
              TableName,
              Item: BookmarkEntity.toItem(tenant, id, { at: now }),
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
          { Put: { TableName, Item: BookmarkPlaceEntity.toItem(tenant, { ...id, at: now }, place) } },
          countUp(tenant, { userId: id.userId, of: 'bookmarks' }, MOST_BOOKMARKS),
        ]),
      );
      return now;
    } catch (error) {
      if (!failed(error).includes(0)) throw new Refusal('bookmark.too_many', { most: MOST_BOOKMARKS });
    }
  }
  throw new Refusal('service.contended');
}

/** AP-206 Take a bookmark away, both items and from the count; false when there is none. Raises `service.contended`. */
export async function deleteBookmark(tenant: TenantKey, id: Id): Promise<boolean> {
  const TableName = tableName();
  for (let round = 0; round < ROUNDS; round++) {
    const at = await bookmarkedAt(tenant, id);
    if (at === undefined) return false;
    try {
      await calmly(() =>
        documents.transactWrite([
          {
            Delete: {
              TableName,
              Key: BookmarkEntity.key(tenant, id),
              ConditionExpression: '#at = :at',
              ExpressionAttributeNames: { '#at': 'at' },
              ExpressionAttributeValues: { ':at': at },
            },
          },
          { Delete: { TableName, Key: BookmarkPlaceEntity.key(tenant, { ...id, at }) } },
          countDown(tenant, { userId: id.userId, of: 'bookmarks' }),
        ]),
      );
      return true;
    } catch (error) {
      failed(error);
    }
  }
  throw new Refusal('service.contended');
}

/** AP-207 A user's bookmarks, newest first, before a place, consistently. */
export async function listBookmarked(
  tenant: TenantKey,
  userId: string,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<{ bookmarks: StoredBookmark[]; next: string | undefined }> {
  const { Items } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': ownPartition(tenant, userId),
      ':first': 'BO#',
      ':last': page.before ?? 'BO#~',
    },
    ScanIndexForward: false,
    // BETWEEN includes the place itself, which the last page showed already.
    Limit: page.limit + (page.before === undefined ? 1 : 2),
  });
  const found = Items.filter(({ sk }) => sk !== page.before);
  const shown = found.slice(0, page.limit);
  return {
    bookmarks: shown.map(BookmarkPlaceEntity.fromItem),
    next: found.length > page.limit ? String(shown.at(-1)?.sk) : undefined,
  };
}
