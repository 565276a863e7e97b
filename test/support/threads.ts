import { expect } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import type { Event } from '#contract/events.ts';
import { messageIdOf } from '#contract/ids.ts';
import type { Message } from '#contract/messages.ts';
import type { MyThread, ThreadSummary } from '#contract/thread.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler } from '#functions/api/threads/threads.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { logPartition, type StoredMessage } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';
import { ReplyEntity } from '#table/thread.ts';
import { type CallOptions, call } from './call.ts';
import { aGroup, denseLog, someClientId } from './conversations.ts';

export const tenant = scope('acme');
const { threads } = api;
let crews = 0;

/** Users of their own: each may send so many messages a minute. */
export const aCrew = (size: number): string[] => {
  crews += 1;
  return Array.from({ length: size }, (_, index) => `crew-${crews}-${index}`);
};

const draft = (text: string) => ({ body: { type: 'text', text } });
const key = (operation: string | undefined): CallOptions =>
  operation === undefined ? {} : { headers: { 'Idempotency-Key': operation } };

export const as = {
  say: (userId: string, conversationId: string, text = 'hello') =>
    call(messages, api.messages.sendMessage, { conversationId, clientId: someClientId(), ...draft(text) }, { userId }),
  reply: (userId: string, messageId: string, text = 'indeed', clientId = someClientId()) =>
    call(handler, threads.replyToMessage, { messageId, clientId, ...draft(text) }, { userId }),
  remove: (userId: string, messageId: string, operation?: string) =>
    call(messages, api.messages.deleteMessage, { messageId }, { userId, ...key(operation) }),
  restore: (userId: string, messageId: string, operation?: string) =>
    call(messages, api.messages.restoreMessage, { messageId }, { userId, ...key(operation) }),
  get: (userId: string, messageId: string) => call(messages, api.messages.getMessage, { messageId }, { userId }),
  thread: (userId: string, messageId: string) => call(handler, threads.getThread, { messageId }, { userId }),
  list: (userId: string, input: Record<string, unknown> & { messageId: string }) =>
    call(handler, threads.listReplies, input, { userId }),
  participants: (userId: string, input: Record<string, unknown> & { messageId: string }) =>
    call(handler, threads.listThreadParticipants, input, { userId }),
  subscribe: (userId: string, messageId: string, state: string) =>
    call(handler, threads.subscribeToThread, { messageId, state }, { userId }),
  read: (userId: string, messageId: string, upTo: number) =>
    call(handler, threads.markThreadRead, { messageId, upTo }, { userId }),
  threads: (userId: string, input: Record<string, unknown> = {}) =>
    call(handler, threads.listThreads, input, { userId }),
};

/** A group on the emulator with a message of its first member's: the root-to-be. */
export async function aRoot(size = 4) {
  const crew = aCrew(size);
  const conversationId = await aGroup(tenant, crew);
  const { body } = await as.say(crew[0]!, conversationId, 'shall we?');
  return { crew, conversationId, rootId: String(body['id']), root: Number(body['seq']) };
}

/** The replies of a thread, as the log itself holds them. */
async function repliesIn(conversationId: string, root: number): Promise<(StoredMessage & { seq: number })[]> {
  const entries = await denseLog(logOf(tenant, conversationId));
  return entries.flatMap((entry) =>
    entry.kind === 'message' && entry.message.t?.r === root ? [{ ...entry.message, seq: entry.seq }] : [],
  );
}

/** What is listed of a thread: number and whether it counts. */
async function listed(conversationId: string, root: number): Promise<[number, boolean][]> {
  const at = (seq: number) => ReplyEntity.key(tenant, { conversationId, root, seq }).sk;
  const { Items } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': logPartition(tenant, conversationId),
      ':first': at(0),
      ':last': at(999_999_999_999_999),
    },
  });
  return Items.map((item) => [Number(String(item.sk).split('#')[2]), item.x === undefined]);
}

const isDeleted = ({ b }: StoredMessage): boolean => b.type === 'deleted';

/** Replies by others after one's marker and one's own last reply, without deleted ones: counted by hand. */
const unreadByHand = (
  replies: readonly (StoredMessage & { seq: number })[],
  userId: string,
  marker: number,
): number => {
  const own = Math.max(0, ...replies.filter(({ u }) => u === userId).map(({ seq }) => seq));
  return replies.filter((reply) => reply.u !== userId && !isDeleted(reply) && reply.seq > Math.max(marker, own)).length;
};

/** Everything that is said of a thread is what a count by hand of its log says, for each of its readers. */
export async function expectExactThread(conversationId: string, root: number, readers: readonly string[]) {
  const replies = await repliesIn(conversationId, root);
  expect(await listed(conversationId, root)).toEqual(replies.map((reply) => [reply.seq, !isDeleted(reply)]));
  const rootId = messageIdOf(conversationId, root);
  const authors = new Set(replies.map(({ u }) => u));
  const said = await as.participants(readers[0]!, { messageId: rootId });
  expect(said.body['items']).toEqual([...authors].sort().map((userId) => ({ userId })));
  for (const reader of readers) {
    const { body } = await as.thread(reader, rootId);
    const summary = body['summary'] as ThreadSummary | null;
    const mine = body['mine'] as MyThread;
    expect(summary?.replyCount ?? 0).toBe(replies.filter((reply) => !isDeleted(reply)).length);
    expect(summary?.participantCount ?? 0).toBe(authors.size);
    if (summary) expect(summary.lastReplyId).toBe(messageIdOf(conversationId, replies.at(-1)!.seq));
    expect(mine.unreadCount).toBe(unreadByHand(replies, reader, mine.readSeq));
  }
}

/** What a client knows of some messages after a snapshot of them and events, in the order of their numbers. */
export function afterEvents(snapshot: readonly Message[], events: readonly Event[]): Map<string, Message> {
  const known = new Map(snapshot.map((message) => [message.id, message]));
  const numbered = events.filter((event) => 'seq' in event && event.seq !== undefined);
  const inOrder = numbered.toSorted((a, b) => ('seq' in a && 'seq' in b ? a.seq! - b.seq! : 0));
  for (const event of inOrder) {
    if (event.type === 'message:created') known.set(event.message.id, known.get(event.message.id) ?? event.message);
    if (event.type === 'message:updated' || event.type === 'message:deleted') {
      const message = known.get(event.messageId);
      if (message && message.version < event.patch.version) known.set(message.id, { ...message, ...event.patch });
    }
    if (event.type === 'thread:created' || event.type === 'thread:updated') {
      const message = known.get(event.rootId);
      const before = message?.thread?.summary?.version ?? 0;
      if (message && event.summary && event.summary.version > before)
        known.set(message.id, {
          ...message,
          thread: { rootId: message.id, parentId: null, depth: 0, summary: event.summary },
        });
    }
  }
  return known;
}
