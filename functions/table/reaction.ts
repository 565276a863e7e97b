import * as z from 'zod';
import { documents, type TransactItem, TransactionCanceledException } from '#aws/documents.ts';
import type { ReactionKind, Tally } from '#domain/reaction.ts';
import { batchGet } from './batch-get.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { ChangeEntity } from './log/change.ts';
import { calmly } from './log/contention.ts';
import { MessageEntity, type MessageKey, type StoredMessage } from './message.ts';
import { tableName } from './table-name.ts';

/** One user's reaction to a message with one emoji: `e` emoji, `u` user, `a` server time (ms). */
export const ReactionEntity = entity({
  type: 'reaction',
  schema: z.object({ e: z.string(), u: z.string(), a: z.number() }),
  key: (tenant: TenantKey, id: MessageKey & { readonly emoji: string; readonly userId: string }): Key => ({
    pk: partitionOf(tenant, id),
    sk: join(codesOf(id.emoji), id.userId),
  }),
});

/** The partition of a message’s reactions. */
export const partitionOf = (tenant: TenantKey, { conversationId, seq }: MessageKey): string =>
  join(tenant, 'X', conversationId, String(seq));

/** An emoji as its code points, because one of them begins with the delimiter of keys. */
const codesOf = (emoji: string): string => [...emoji].map((char) => char.codePointAt(0)!.toString(16)).join('-');

/** AP-100 With which of these emojis a user has reacted to a message, consistently. */
export async function emojisOf(
  tenant: TenantKey,
  message: MessageKey,
  userId: string,
  emojis: readonly string[],
): Promise<string[]> {
  const keys = emojis.map((emoji) => ReactionEntity.key(tenant, { ...message, emoji, userId }));
  return (await batchGet(keys, { consistent: true })).map((item) => ReactionEntity.fromItem(item).e);
}

/** A change of one user's reactions to one message, at one number of the conversation's log. */
export interface ReactionChange {
  readonly message: MessageKey;
  /** The message's reactions as they were looked at. */
  readonly before: StoredMessage['r'];
  readonly tallies: readonly Tally[];
  readonly changed: readonly Tally[];
  readonly kind: ReactionKind;
  /** The number the change has taken. */
  readonly seq: number;
  readonly actor: string;
  readonly operationId: string;
  readonly hash: string;
  readonly at: number;
}

/**
 * AP-101 Write or remove a user's reactions, count them on the message and write the log's entry, all or nothing, while
 * the message is there and its reactions are as they were looked at. `seq`: something lies at the number. `stale`:
 * somebody else changed the reactions, or the message was deleted.
 */
export async function changeReactions(tenant: TenantKey, change: ReactionChange): Promise<'done' | 'seq' | 'stale'> {
  const { message, before, tallies, changed, kind, seq, actor, operationId, hash, at } = change;
  const TableName = tableName();
  const reactions = changed.map(({ e: emoji }): TransactItem => {
    const id = { ...message, emoji, userId: actor };
    return kind === 'reaction_added'
      ? {
          Put: {
            TableName,
            Item: ReactionEntity.toItem(tenant, id, { e: emoji, u: actor, a: at }),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        }
      : { Delete: { TableName, Key: ReactionEntity.key(tenant, id), ConditionExpression: 'attribute_exists(pk)' } };
  });
  try {
    await calmly(() =>
      documents.transactWrite([
        {
          Put: {
            TableName,
            Item: ChangeEntity.toItem(
              tenant,
              { conversationId: message.conversationId, seq },
              { u: actor, c: operationId, h: hash, a: at, d: { kind, seq: message.seq, reactions: [...changed] } },
            ),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        {
          Update: {
            TableName,
            Key: MessageEntity.key(tenant, message),
            UpdateExpression: 'SET #r = :reactions ADD #i :one',
            ConditionExpression: `#type = :message AND attribute_not_exists(#z) AND #b.#kind <> :deleted AND ${
              before ? '#r.#n = :before' : 'attribute_not_exists(#r)'
            }`,
            ExpressionAttributeNames: {
              '#r': 'r',
              '#i': 'i',
              '#type': 'ty',
              '#z': 'z',
              '#b': 'b',
              '#kind': 'type',
              ...(before ? { '#n': 'n' } : {}),
            },
            ExpressionAttributeValues: {
              ':reactions': { n: seq, t: tallies },
              ':one': 1,
              ':message': MessageEntity.type,
              ':deleted': 'deleted',
              ...(before ? { ':before': before.n } : {}),
            },
          },
        },
        ...reactions,
      ]),
    );
    return 'done';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failed = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (failed < 0) throw error;
    return failed === 0 ? 'seq' : 'stale';
  }
}

/** One reaction, and its place in the list. */
export interface Reacted {
  readonly emoji: string;
  readonly userId: string;
  readonly at: number;
  readonly place: string;
}

/** AP-102 Who reacted to a message, by emoji and user, after a place; with one emoji or with all. */
export async function listReacted(
  tenant: TenantKey,
  message: MessageKey,
  page: { readonly emoji: string | undefined; readonly after: string | undefined; readonly limit: number },
): Promise<{ reacted: Reacted[]; more: boolean }> {
  const prefix = page.emoji === undefined ? '' : join(codesOf(page.emoji), '');
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': partitionOf(tenant, message),
      // The byte after every user id's own characters, so that the one the cursor names does not come back.
      ':first': page.after === undefined ? prefix || '0' : `${page.after}\u0000`,
      ':last': `${prefix}~`,
    },
    Limit: page.limit + 1,
  });
  const reacted = Items.slice(0, page.limit).map((item) => {
    const { e, u, a } = ReactionEntity.fromItem(item);
    return { emoji: e, userId: u, at: a, place: String(item.sk) };
  });
  return { reacted, more: Items.length > page.limit };
}
