import * as z from 'zod';
import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import { type Place, type Summary, withRemoval } from '#domain/thread.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import type { StoredMedia } from './media.ts';
import { showParts, unusable } from './media-reference.ts';
import { logPartition, MessageEntity, type MessageKey, type StoredMessage } from './message.ts';
import { tableName } from './table-name.ts';

/** A thread, by its root. */
export interface ThreadKey {
  readonly conversationId: string;
  readonly root: number;
}

/**
 * That a message of a log is a reply in a thread: `u` by whom, `a` when (ms), `p` the replies between the root and it, `x` set
 * while it is deleted. Beside the log's entries, so that the replies of a thread are one range.
 */
export const ReplyEntity = entity({
  type: 'reply',
  schema: z.object({ u: z.string(), a: z.number(), p: z.array(z.number()).readonly(), x: z.boolean().optional() }),
  key: (tenant: TenantKey, { conversationId, root, seq }: ThreadKey & { readonly seq: number }): Key => ({
    pk: logPartition(tenant, conversationId),
    sk: join('R', digits(root), digits(seq)),
  }),
});

/** On condition that the root is there and its summary the one that was looked at. */
export const summaryBecomes = (
  tenant: TenantKey,
  { conversationId, root }: ThreadKey,
  before: Summary | undefined,
  after: Summary,
): TransactItem => ({
  Update: {
    TableName: tableName(),
    Key: MessageEntity.key(tenant, { conversationId, seq: root }),
    UpdateExpression: 'SET #k = :after ADD #i :one',
    ConditionExpression: `#type = :message AND attribute_not_exists(#z) AND ${before ? '#k.#v = :before' : 'attribute_not_exists(#k)'}`,
    ExpressionAttributeNames: { '#k': 'k', '#i': 'i', '#z': 'z', '#type': 'ty', ...(before ? { '#v': 'v' } : {}) },
    ExpressionAttributeValues: {
      ':after': after,
      ':one': 1,
      ':message': MessageEntity.type,
      ...(before ? { ':before': before.v } : {}),
    },
  },
});

/** A reply at the number it has taken, with what it makes of its thread. */
export interface NewReply {
  readonly message: MessageKey;
  readonly stored: StoredMessage & { readonly t: Place };
  readonly before: Summary | undefined;
  readonly after: Summary;
  /** What else changes with it: that its author takes part. */
  readonly parts: readonly TransactItem[];
  /** The media that it carries. */
  readonly media: readonly StoredMedia[];
}

/**
 * AP-180 Store a reply, count it on its root and list it in its thread, all or nothing. `seq`: something lies at the
 * number. `stale`: the thread has changed since it was looked at, or its root or the reply's parent is gone. Raises
 * `message.media_unusable` when a media has gone since it was looked at.
 */
export async function storeReply(tenant: TenantKey, reply: NewReply): Promise<'done' | 'seq' | 'stale'> {
  const { message, stored, before, after, parts, media } = reply;
  const { conversationId, seq } = message;
  const TableName = tableName();
  const thread = { conversationId, root: stored.t.r };
  const put = (Item: ReturnType<typeof MessageEntity.toItem>): TransactItem => ({
    Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' },
  });
  const shown = showParts(tenant, message, stored, media);
  try {
    await calmly(() =>
      documents.transactWrite([
        put(MessageEntity.toItem(tenant, message, stored)),
        ...shown,
        summaryBecomes(tenant, thread, before, after),
        put(ReplyEntity.toItem(tenant, { ...thread, seq }, { u: stored.u, a: stored.a, p: stored.t.p })),
        ...parts,
      ]),
    );
    return 'done';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failed = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (failed < 0) throw error;
    if (failed > 0 && failed <= shown.length) throw unusable(media, failed - 1);
    return failed === 0 ? 'seq' : 'stale';
  }
}

/** What deleting or restoring a reply does to its thread, as part of that change, and the summary it makes. */
export function removalParts(
  tenant: TenantKey,
  { conversationId, seq }: MessageKey,
  place: Place,
  before: Summary,
  kind: 'message_deleted' | 'message_restored',
): { readonly parts: readonly TransactItem[]; readonly after: Summary } {
  const thread = { conversationId, root: place.r };
  const after = withRemoval(before, kind);
  const flag: TransactItem = {
    Update: {
      TableName: tableName(),
      Key: ReplyEntity.key(tenant, { ...thread, seq }),
      UpdateExpression: kind === 'message_deleted' ? 'SET #x = :true' : 'REMOVE #x',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#x': 'x' },
      ...(kind === 'message_deleted' ? { ExpressionAttributeValues: { ':true': true } } : {}),
    },
  };
  return { parts: [summaryBecomes(tenant, thread, before, after), flag], after };
}

/** A reply as its thread lists it. */
export interface Listed extends Place {
  readonly seq: number;
  readonly by: string;
  /** When it was sent (ms). */
  readonly at: number;
  readonly deleted: boolean;
}

/** A stretch of a thread's replies; `last` is the number it was read to, undefined at the end of the stretch. */
interface Stretch {
  readonly replies: readonly Listed[];
  readonly last: number | undefined;
}

/** AP-181 Replies of a thread by number, consistently, in a range and either order; only those below one of them where it is named. */
export async function listReplies(
  tenant: TenantKey,
  { conversationId, root }: ThreadKey,
  range: {
    readonly first: number;
    readonly last: number;
    readonly newest: boolean;
    readonly limit: number;
    readonly below?: number | undefined;
  },
): Promise<Stretch> {
  const { first, last, newest, limit, below } = range;
  if (first > last) return { replies: [], last: undefined };
  const key = (seq: number) => ReplyEntity.key(tenant, { conversationId, root, seq });
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ...(below === undefined
      ? {}
      : { FilterExpression: 'contains(#p, :below)', ExpressionAttributeNames: { '#p': 'p' } }),
    ExpressionAttributeValues: {
      ':pk': key(first).pk,
      ':first': key(first).sk,
      ':last': key(last).sk,
      ...(below === undefined ? {} : { ':below': below }),
    },
    ScanIndexForward: !newest,
    Limit: limit,
  });
  const numberIn = (sk: unknown): number => Number(String(sk).split('#')[2]);
  return {
    replies: Items.map((item) => {
      const { u, a, p, x } = ReplyEntity.fromItem(item);
      return { r: root, p, seq: numberIn(item.sk), by: u, at: a, deleted: x ?? false };
    }),
    last: LastEvaluatedKey && numberIn(LastEvaluatedKey.sk),
  };
}
