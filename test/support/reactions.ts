import { beforeEach, expect } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler } from '#functions/api/reactions/reactions.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { ReactionEntity } from '#table/reaction.ts';
import { tableName } from '#table/table-name.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aGroup, denseLog, sendText } from '#test/support/conversations.ts';

export const tenant = scope('acme');
const { addReaction, removeReaction, removeReactions } = api.reactions;
export const EMOJIS = Array.from({ length: 30 }, (_, index) => String.fromCodePoint(0x1f600 + index));
/** A user may change five reactions a minute: each test has users of its own. */
export let users: string[] = [];
export let conversationId: string;
export let messageId: string;
export let seq: number;
let tests = 0;

export const add = (emoji: string, userId = users[0]!, options: CallOptions = {}) =>
  call(handler, addReaction, { messageId, emoji }, { userId, ...options });
export const remove = (emoji: string, userId = users[0]!, options: CallOptions = {}) =>
  call(handler, removeReaction, { messageId, emoji }, { userId, ...options });
export const removeAll = (userId = users[0]!, options: CallOptions = {}) =>
  call(handler, removeReactions, { messageId }, { userId, ...options });
export const key = (operation: string) => ({ headers: { 'Idempotency-Key': operation } });
export const reactions = async () =>
  (await call(messages, api.messages.getMessage, { messageId }, { userId: users[0]! })).body['reactions'] as {
    emoji: string;
    count: number;
    users: string[];
  }[];
export const last = async () => (await logOf(tenant, conversationId).head())?.seq;

/** Users by emoji as the reactions' own items say. */
export const itemsOf = async (): Promise<Record<string, string[]>> => {
  const { pk } = ReactionEntity.key(tenant, { conversationId, seq, emoji: 'x', userId: 'x' });
  const { Items } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': pk },
  });
  const users: Record<string, string[]> = {};
  for (const { e, u } of Items.map(ReactionEntity.fromItem)) users[e] = [...(users[e] ?? []), u];
  return users;
};

/** The counts on the message are those of the items and those of the log, every number of which holds something. */
export const expectExact = async () => {
  const users = await itemsOf();
  const shown = await reactions();
  expect(Object.fromEntries(shown.map(({ emoji, count }) => [emoji, count]))).toEqual(
    Object.fromEntries(Object.entries(users).map(([emoji, all]) => [emoji, all.length])),
  );
  for (const { emoji, users: named } of shown) for (const user of named) expect(users[emoji]).toContain(user);
  expect(await countsByLog()).toEqual(Object.fromEntries(shown.map(({ emoji, count }) => [emoji, count])));
};

/** What somebody has who applies the log's changes in order: what events carry takes the place of what was known. */
const countsByLog = async (): Promise<Record<string, number>> => {
  const counts = new Map<string, number>();
  for (const entry of await denseLog(logOf(tenant, conversationId))) {
    if (entry.kind !== 'change' || !('reactions' in entry.change.d) || entry.change.d.seq !== seq) continue;
    for (const { e, c } of entry.change.d.reactions) counts.set(e, c);
  }
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
};

/** Goes on with another message, and other users where they are named. */
export const lookAt = (of: string, at: number, by: string[] = users): void => {
  [conversationId, seq, users] = [of, at, by];
  messageId = `msg_${of.slice(4)}_${at}`;
};

/** Each test has a message of its own, in a group of thirty users of its own. */
export const useReactions = () =>
  beforeEach(async () => {
    tests += 1;
    const all = Array.from({ length: 30 }, (_, index) => `user-${tests}-${String(index).padStart(2, '0')}`);
    const group = await aGroup(tenant, ['ada', ...all]);
    lookAt(group, (await sendText(logOf(tenant, group), 'react to this')).seq, all);
  });
