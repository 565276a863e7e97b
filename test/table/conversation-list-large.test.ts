import { expect, it, vi } from 'vitest';
import { api } from '#contract/api.ts';
import type { Message } from '#contract/messages.ts';
import { MOST_TO_TELL } from '#domain/watermark.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { listMemberships } from '#table/conversation-list.ts';
import { scope } from '#table/entity.ts';
import { call } from '#test/support/call.ts';
import { aGroup } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

vi.mock('#gateways/signing-key.ts', () => ({ signingKey: async () => Buffer.alloc(32, 7) }));
useTable();

const tenantId = 'acme';
const as = (userId: string) => ({ tenantId, userId });
const names = (count: number) => Array.from({ length: count }, (_, index) => `u${index}`);
const say = async (conversationId: string, who: string) => {
  const body = { type: 'text', text: 'hello' };
  return (await call(messages, api.messages.sendMessage, { conversationId, body }, as(who))).body as unknown as Message;
};
const add = (conversationId: string, userIds: readonly string[]) =>
  call(conversations, api.conversations.addParticipants, { conversationId, userIds }, as('ada'));
const page = async (who: string, input: Record<string, unknown> = {}) => {
  const { body } = await call(conversations, api.conversations.listConversations, { limit: 50, ...input }, as(who));
  return body as {
    items: { id: string; unreadCount: number; lastMessage: object | null }[];
    nextCursor: string | null;
  };
};
const order = async (who: string) => (await page(who)).items.map(({ id }) => id);

it('merges a conversation that has become large into lists by its last message, for old and new members alike', async () => {
  const rooms = [];
  for (let index = 0; index < 5; index++) rooms.push(await aGroup(scope(tenantId), ['ada', 'bob']));
  const [large, ...small] = rooms as [string, ...string[]];
  expect((await add(large, names(MOST_TO_TELL - 2))).status).toBe(200);
  expect((await add(large, ['newest'])).body).toEqual({ results: [{ userId: 'newest', status: 'added' }] });
  for (const room of small) await say(room, 'bob');
  expect(await order('ada')).toEqual([...small].reverse().concat(large));
  // Nobody has acknowledged anything: a small conversation would stay where it is.
  await say(large, 'bob');
  for (const who of ['ada', 'bob', 'u7', 'newest']) expect((await order(who))[0]).toBe(large);
  await say(small[0]!, 'bob');
  await say(large, 'bob');
  expect((await page('ada')).items[0]).toMatchObject({ id: large, unreadCount: 2, lastMessage: { senderId: 'bob' } });

  const sum = (await page('ada')).items.reduce((all, { unreadCount }) => all + unreadCount, 0);
  const total = await call(receipts, api.receipts.getUnread, {}, as('ada'));
  expect(total.body).toEqual({ unreadCount: sum, mentionCount: 0, conversationCount: 5 });

  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { items, nextCursor }: Awaited<ReturnType<typeof page>> = await page('ada', {
      limit: 2,
      ...(cursor ? { cursor } : {}),
    });
    seen.push(...items.map(({ id }) => id));
    cursor = nextCursor;
  }
  expect(seen).toEqual(await order('ada'));
  expect([...seen].sort()).toEqual([...rooms].sort());
});

it('moves one that is large no more with its messages again', async () => {
  const large = await aGroup(scope(tenantId), ['kim', 'lou']);
  const asKim = { tenantId, userId: 'kim' };
  const adding = { conversationId: large, userIds: names(MOST_TO_TELL - 1) };
  await call(conversations, api.conversations.addParticipants, adding, asKim);
  const other = await aGroup(scope(tenantId), ['kim', 'lou']);
  await call(participants, api.participants.removeParticipants, { conversationId: large, userIds: names(9) }, asKim);
  await say(large, 'lou');
  await say(other, 'lou');
  expect(await order('kim')).toEqual([other, large]);
  const places = await listMemberships(scope(tenantId), 'kim', { before: undefined, limit: 50, withLarge: true });
  expect(places.large).toEqual([]);
  expect(places.memberships.map(({ member }) => member.conversationId)).toEqual([other, large]);
});
