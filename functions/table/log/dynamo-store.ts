import { ConditionalCheckFailedException, documents, pagesOf, TransactionCanceledException } from '#aws/documents.ts';
import { batchGet } from '../batch-get.ts';
import { findHead, type Head, HeadEntity } from '../conversation.ts';
import { digits, type Item, join, type Key, type TenantKey } from '../entity.ts';
import { logPartition, MessageEntity, seqOf } from '../message.ts';
import { TABLE } from '../schema.ts';
import { tableName } from '../table-name.ts';
import { ChangeEntity } from './change.ts';
import { calmly } from './contention.ts';
import type { Entry, LogStore, Taken } from './store.ts';
import { taking, withoutGeneration, withoutOlder } from './taking.ts';
import { markVoid, withdrawPreview } from './void.ts';

/** Marks a number that holds nothing and never will. */
export const VOID = 'void';

const entryOf = (item: Item): Entry => {
  const seq = seqOf(item.sk);
  const kind = item[TABLE.entity];
  if (kind === VOID) return { kind: 'void', seq, at: Number(item.a) };
  if (kind === ChangeEntity.type) {
    const change = ChangeEntity.fromItem(item);
    return { kind: 'change', seq, at: change.a, change };
  }
  const message = MessageEntity.fromItem(item);
  return { kind: 'message', seq, at: message.a, message };
};

/** The log of one conversation in the table. AP-30 to AP-38; docs/adr/0005 has the rules. */
export function logOf(tenant: TenantKey, conversationId: string): LogStore<Head> {
  const TableName = tableName();
  const headKey = HeadEntity.key(tenant, conversationId);
  const pk = logPartition(tenant, conversationId);
  const messageKey = (seq: number): Key => ({ pk, sk: join('M', digits(seq)) });
  const changeKey = (seq: number): Key => ({ pk, sk: join('E', digits(seq)) });

  const update = async (parts: {
    readonly set: string;
    readonly condition: string;
    readonly names: Record<string, string>;
    readonly values: Record<string, unknown>;
  }): Promise<Taken<Head>> => {
    try {
      const { Attributes } = await calmly(() =>
        documents.update({
          TableName,
          Key: headKey,
          UpdateExpression: `SET ${parts.set}`,
          ConditionExpression: parts.condition,
          ExpressionAttributeNames: parts.names,
          ExpressionAttributeValues: parts.values,
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      const head = HeadEntity.fromItem(Attributes ?? {});
      return { ok: true, seq: head.seq, head };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { ok: false, head: error.Item && HeadEntity.fromItem(error.Item) };
    }
  };

  const range = async (first: Key, last: Key): Promise<Entry[]> => {
    const pages = pagesOf({
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: { ':pk': pk, ':first': first.sk, ':last': last.sk },
    });
    const entries: Entry[] = [];
    for await (const items of pages) entries.push(...items.map(entryOf));
    return entries;
  };

  const store: LogStore<Head> = {
    /** AP-30 The head, consistently. */
    head: () => findHead(tenant, conversationId),

    /** AP-31 Take the next number: one conditional update of the head. */
    take: (request, on) => {
      const { set, names, values, condition } = taking(request);
      const above = 'floorBelow' in on;
      return update({
        set,
        condition: `attribute_exists(pk) AND ${request.archived ? 'attribute_exists' : 'attribute_not_exists'}(#archivedAt) AND attribute_not_exists(#recent.#key) AND attribute_not_exists(#older.#key) AND ${
          above ? '#floor < :floorBelow' : '#generation <= :generationAtMost'
        }${condition}`,
        names: above
          ? { ...withoutGeneration(names), '#archivedAt': 'archivedAt', '#floor': 'floor' }
          : { ...names, '#archivedAt': 'archivedAt' },
        values: {
          ...values,
          ...(above ? { ':floorBelow': on.floorBelow } : { ':generationAtMost': on.generationAtMost }),
        },
      });
    },

    /** AP-32 Give a remembered client id another number. */
    move: (request, from) => {
      // Lists are not renewed by a moved change: its message is looked at again where it is shown.
      const { set, names, values } = taking({ ...request, renews: undefined });
      const older = from.generation === 'older';
      return update({
        set: older ? `${set} REMOVE #older.#key` : set,
        condition: older ? '#older.#key = :from AND attribute_not_exists(#recent.#key)' : '#recent.#key = :from',
        names: older ? withoutGeneration(names) : withoutGeneration(withoutOlder(names)),
        values: { ...values, ':from': from.seq },
      });
    },

    /** AP-33 Forget a generation of client ids. */
    rotate: async ({ generation, floor }) => {
      try {
        await calmly(() =>
          documents.update({
            TableName,
            Key: headKey,
            UpdateExpression:
              'SET #older = #recent, #recent = :none, #generation = #generation + :one, #floor = :floor',
            ConditionExpression: '#generation = :generation',
            ExpressionAttributeNames: {
              '#older': 'older',
              '#recent': 'recent',
              '#generation': 'generation',
              '#floor': 'floor',
            },
            ExpressionAttributeValues: { ':none': {}, ':one': 1, ':floor': floor, ':generation': generation },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    /** AP-34 Store a message at its number, write-once. */
    put: async (seq, message) => {
      try {
        await calmly(() =>
          documents.put({
            TableName,
            Item: MessageEntity.toItem(tenant, { conversationId, seq }, message),
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    /** AP-35 Give a number a void: under both prefixes at once, so that neither a message nor a change can follow. */
    void: async (seq, at) => {
      const put = (key: Key) => ({
        Put: {
          TableName,
          Item: { ...key, [TABLE.entity]: VOID, a: at },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      });
      // Before the void: whoever dies between the two has only made unread counts look closer.
      await markVoid(headKey, seq);
      try {
        await calmly(() => documents.transactWrite([put(messageKey(seq)), put(changeKey(seq))]));
      } catch (error) {
        if (error instanceof TransactionCanceledException) return false;
        throw error;
      }
      await withdrawPreview(headKey, seq, store.backwards);
      return true;
    },

    /** AP-36 What lies at one number. */
    entry: async (seq) => {
      const [item] = await batchGet([messageKey(seq), changeKey(seq)], { consistent: true });
      return item && entryOf(item);
    },

    /** AP-37 What lies in a range of numbers: messages with one query, changes with another where numbers are missing. */
    entries: async (first, last) => {
      const entries = await range(messageKey(first), messageKey(last));
      if (entries.length === last - first + 1) return entries;
      const known = new Set(entries.map(({ seq }) => seq));
      const changes = await range(changeKey(first), changeKey(last));
      return [...entries, ...changes.filter(({ seq }) => !known.has(seq))].sort((a, b) => a.seq - b.seq);
    },

    /** AP-38 Messages below a number, newest first, consistently. */
    backwards: async (before, limit, of = 'messages') => {
      const keyOf = of === 'messages' ? messageKey : changeKey;
      const { Items = [] } = await documents.query({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': pk, ':first': keyOf(0).sk, ':last': keyOf(before - 1).sk },
        ScanIndexForward: false,
        Limit: limit,
      });
      return Items.map(entryOf);
    },
  };
  return store;
}
