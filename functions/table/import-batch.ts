import type { ImportedMessage } from '#contract/imports.ts';
import type { Standing, StoredBatch } from '#domain/import.ts';
import type { Position } from '#domain/import-threads.ts';
import { previewOf } from '#domain/preview.ts';
import { NAMED_REACTORS } from '#domain/reaction.ts';
import type { Summary } from '#domain/thread.ts';
import { batchGet } from './batch-get.ts';
import { type Head, HeadEntity } from './conversation.ts';
import { digestOf } from './digest.ts';
import type { Item, TenantKey } from './entity.ts';
import { conversationIdOfImport, ImportEntity, ImportedBatchEntity } from './import.ts';
import { type Threads, threadItems } from './import-threads.ts';
import { writeTogether } from './import-transaction.ts';
import { MessageEntity, type MessageKey } from './message.ts';
import { ReactionEntity } from './reaction.ts';
import { speakerAttribute } from './speakers.ts';
import { tableName } from './table-name.ts';

/** Which batch of which import. */
export interface BatchId {
  readonly importId: string;
  readonly batch: number;
}

/** A digest of a batch's messages: senders, texts, times, reactions and what they name, in their order; what is absent is not in it. */
export const hashOfBatch = (messages: readonly ImportedMessage[]): string =>
  digestOf(
    messages.map(({ senderId, text, sentAt, reactions = [], parent, replyTo }) => [
      senderId,
      text,
      Date.parse(sentAt),
      ...(reactions.length > 0 ? [reactions] : []),
      ...(parent || replyTo ? [{ parent, replyTo }] : []),
    ]),
  );

/**
 * AP-42 Where an import stands before one of its batches: the import, the batch's ledger entry and the conversation's
 * head, consistently, in one call. The three are read beside each other, not at one moment.
 */
export async function findStanding(
  tenant: TenantKey,
  { importId, batch }: BatchId,
): Promise<Standing & { readonly head: Head | undefined }> {
  const keys = [
    ImportEntity.key(tenant, importId),
    ImportedBatchEntity.key(tenant, { importId, batch }),
    HeadEntity.key(tenant, conversationIdOfImport(tenant, importId)),
  ] as const;
  const items = await batchGet(keys, { consistent: true });
  const [progress, stored, head] = keys.map(({ pk, sk }) => items.find((item) => item.pk === pk && item.sk === sk));
  return {
    progress: progress && ImportEntity.fromItem(progress),
    stored: stored && ImportedBatchEntity.fromItem(stored),
    archived: head !== undefined && HeadEntity.fromItem(head).archivedAt !== undefined,
    head: head && HeadEntity.fromItem(head),
  };
}

/** A message and its reactions as they are stored; `k` the summary of the thread that the batch makes under it. */
const itemsOfMessage = (
  tenant: TenantKey,
  key: MessageKey,
  { senderId, text, sentAt, reactions = [] }: ImportedMessage,
  { place, quote, k }: Pick<Position, 'place' | 'quote'> & { readonly k: Summary | undefined },
  at: number,
): Item[] => {
  const tallies = reactions.map(({ emoji, userIds }) => ({
    e: emoji,
    c: userIds.length,
    u: userIds.slice(0, NAMED_REACTORS),
  }));
  return [
    MessageEntity.toItem(tenant, key, {
      u: senderId,
      b: { type: 'text', text },
      // The server's time, by which the log is in order; the file's own time is kept beside it.
      a: at,
      s: Date.parse(sentAt),
      v: 1,
      ...(tallies.length > 0 ? { r: { n: 1, t: tallies } } : {}),
      ...(place ? { t: place } : {}),
      ...(quote ? { q: quote } : {}),
      ...(k ? { k } : {}),
    }),
    ...reactions.flatMap(({ emoji, userIds }) =>
      userIds.map((userId) => ReactionEntity.toItem(tenant, { ...key, emoji, userId }, { e: emoji, u: userId, a: at })),
    ),
  ];
};

/**
 * AP-43 Stores a batch after `head.seq`: the head takes all of its numbers at once, the messages are put write-once,
 * the import counts it and the ledger keeps it, its replies are counted in their threads, in one transaction: all of it or
 * nothing, so the log has no hole. Undefined when the head, the import, the ledger or a thread has moved meanwhile.
 *
 * At most 100 items; the bytes stay far below a transaction's 4 MB because a request body is at most 256 KB.
 */
export async function storeBatch(
  tenant: TenantKey,
  { importId, batch }: BatchId,
  {
    head,
    messages,
    hash,
    named,
    at,
  }: {
    readonly head: Head;
    readonly messages: readonly ImportedMessage[];
    readonly hash: string;
    /** What the messages become that follow the same head. */
    readonly named: Threads;
    readonly at: number;
  },
): Promise<StoredBatch | undefined> {
  const TableName = tableName();
  const conversationId = conversationIdOfImport(tenant, importId);
  const stored: StoredBatch = { hash, firstSeq: head.seq + 1, lastSeq: head.seq + messages.length };
  const last = messages.at(-1)!;
  const counted = head.n ?? head.seq;
  const spoken = [...new Map(messages.map(({ senderId }, index) => [senderId, index]))];
  const { lists, changes } = threadItems(tenant, { importId, firstSeq: stored.firstSeq, at }, named);
  const writeOnce = (Item: Item) => ({ Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' } });
  const written = await writeTogether([
    {
      Update: {
        TableName,
        Key: HeadEntity.key(tenant, conversationId),
        // Who wrote is taken to have read up to there, as who sends is.
        UpdateExpression: `SET seq = :lastSeq, lastSeq = :lastSeq, lastAt = :at, #last = :last, n = :n${spoken
          .map((_, index) => `, #s${index} = :s${index}`)
          .join('')}`,
        ConditionExpression: 'seq = :seq AND attribute_not_exists(archivedAt)',
        ExpressionAttributeNames: {
          '#last': 'last',
          ...Object.fromEntries(spoken.map(([userId], index) => [`#s${index}`, speakerAttribute(userId)])),
        },
        ExpressionAttributeValues: {
          ':seq': head.seq,
          ':lastSeq': stored.lastSeq,
          // A live message may carry a time of a clock that is ahead of this one.
          ':at': Math.max(head.lastAt, at),
          ':last': previewOf(last.senderId, { type: 'text', text: last.text }),
          ':n': counted + messages.length,
          ...Object.fromEntries(spoken.map(([, index], place) => [`:s${place}`, counted + index + 1])),
        },
      },
    },
    {
      Update: {
        TableName,
        Key: ImportEntity.key(tenant, importId),
        UpdateExpression: 'SET nextBatch = :next, messages = messages + :count',
        ConditionExpression: 'nextBatch = :batch',
        ExpressionAttributeValues: { ':batch': batch, ':next': batch + 1, ':count': messages.length },
      },
    },
    writeOnce(ImportedBatchEntity.toItem(tenant, { importId, batch }, stored)),
    ...messages.flatMap((message, index) => {
      const { seq, place, quote } = named.positions[index]!;
      const position = { place, quote, k: named.threads.get(seq)?.after };
      return itemsOfMessage(tenant, { conversationId, seq }, message, position, at).map(writeOnce);
    }),
    ...lists.map(writeOnce),
    ...changes,
  ]);
  return written ? stored : undefined;
}
