import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { transport } from '#aws/transport.ts';
import { Meter } from '#bench/meter.ts';
import { api } from '#contract/api.ts';
import type { Message } from '#contract/messages.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { TABLE } from '#table/schema.ts';
import { call } from '#test/support/call.ts';
import { aGroup, someClientId } from '#test/support/conversations.ts';
import { randomFrom } from '#test/support/random.ts';
import { useTable } from '#test/support/table.ts';

vi.mock('#gateways/signing-key.ts', () => ({ signingKey: async () => Buffer.alloc(32, 7) }));
useTable();

const USERS = ['ada', 'bob', 'cleo'] as const;
let tenantId: string;
let conversationId: string;
beforeEach(async () => {
  tenantId = `t${someClientId().replaceAll(/[^A-Za-z0-9]/g, '')}`;
  conversationId = await aGroup(scope(tenantId), USERS);
});

type Called = { readonly userIds?: readonly string[]; readonly all?: boolean };
const as = (userId: string) => ({ tenantId, userId });
const text = (words: string) => ({ type: 'text', text: words });
const say = async (userId: string, mentions?: Called, where = conversationId) => {
  const input = { conversationId: where, body: text('hello'), ...(mentions ? { mentions } : {}) };
  return (await call(messages, api.messages.sendMessage, input, as(userId))).body as unknown as Message;
};
const edit = ({ id, version, senderId }: Message, mentions: Called) =>
  call(messages, api.messages.editMessage, { messageId: id, version, body: text('edited'), mentions }, as(senderId));
const read = async (userId: string, seq: number, where = conversationId) =>
  (await call(receipts, api.receipts.markRead, { conversationId: where, seq }, as(userId))).body;
const counts = ({ unreadCount, mentionCount }: Readonly<Record<string, unknown>>) => ({ unreadCount, mentionCount });
const get = async (userId: string) =>
  counts((await call(conversations, api.conversations.getConversation, { conversationId }, as(userId))).body);
const listed = async (userId: string) => {
  const { body } = await call(conversations, api.conversations.listConversations, { limit: 100 }, as(userId));
  return body['items'] as { id: string; unreadCount: number; mentionCount: number }[];
};
const total = async (userId: string, input: Record<string, unknown> = {}) =>
  (await call(receipts, api.receipts.getUnread, input, as(userId))).body;
const mine = (userId: string, where: string, settings: Record<string, unknown>) =>
  call(receipts, api.receipts.updateMySettings, { conversationId: where, ...settings }, as(userId));

/** Both counts by hand, from what a member can read and the marker they were told. */
async function byHand(userId: string, marker: number) {
  const input = { conversationId, limit: 100, order: 'oldest' };
  const all = (await call(messages, api.messages.listMessages, input, as(userId))).body['items'] as Message[];
  const own = all.filter(({ senderId, body }) => senderId === userId && body.type !== 'system');
  const from = Math.max(marker, ...own.map(({ seq }) => seq));
  const unread = all.filter(
    ({ seq, senderId, body: { type } }) => seq > from && senderId !== userId && type !== 'system' && type !== 'deleted',
  );
  const calling = unread.filter(({ mentions }) => mentions?.all || mentions?.userIds.includes(userId));
  return { unreadCount: unread.length, mentionCount: calling.length };
}

describe('mention counts', () => {
  it('equal a count by hand through the API, in lists and totals too, over random lives', async () => {
    const wanted = [undefined, { all: true }, { userIds: ['ada'] }, { userIds: ['bob', 'cleo'] }] as const;
    let mentioned = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const random = randomFrom(seed);
      conversationId = await aGroup(scope(tenantId), USERS);
      const log = logOf(scope(tenantId), conversationId);
      const markers = new Map<string, number>(USERS.map((user) => [user, 1]));
      const sent = new Map<string, Message>();
      for (let step = 0; step < 14; step++) {
        const user = random.pick(USERS);
        const kind = random.pick(['send', 'send', 'send', 'edit', 'read', 'delete'] as const);
        const one = sent.size > 0 ? random.pick([...sent.values()]) : undefined;
        if (kind === 'send') {
          const message = await say(user, random.pick(wanted));
          sent.set(message.id, message);
        } else if (kind === 'edit' && one) {
          const { status, body } = await edit(one, random.pick(wanted) ?? {});
          if (status === 200) sent.set(one.id, body as unknown as Message);
        } else if (kind === 'delete' && one)
          await call(messages, api.messages.deleteMessage, { messageId: one.id }, as(one.senderId));
        else {
          const seq = random.between(1, (await log.head())!.seq);
          const answer = await read(user, seq);
          markers.set(user, Math.max(markers.get(user)!, seq));
          expect(counts(answer)).toEqual(await byHand(user, markers.get(user)!));
        }
        for (const reader of USERS) {
          const expected = await byHand(reader, markers.get(reader)!);
          mentioned += expected.mentionCount;
          expect({ seed, step, reader, ...(await get(reader)) }).toEqual({ seed, step, reader, ...expected });
        }
      }
      for (const reader of USERS) {
        const items = await listed(reader);
        expect(counts(items.find(({ id }) => id === conversationId)!)).toEqual(await get(reader));
        const sum = (of: 'unreadCount' | 'mentionCount') => items.reduce((all, item) => all + item[of], 0);
        expect(await total(reader)).toEqual({
          unreadCount: sum('unreadCount'),
          mentionCount: sum('mentionCount'),
          conversationCount: items.filter(({ unreadCount }) => unreadCount > 0).length,
        });
      }
    }
    expect(mentioned).toBeGreaterThan(20);
  });

  it('are told where the reader wrote after the marker and others wrote after that', async () => {
    await say('bob', { userIds: ['ada'] });
    await say('ada');
    expect(await get('ada')).toEqual({ unreadCount: 0, mentionCount: 0 });
    await say('bob');
    expect(await get('ada')).toEqual({ unreadCount: 1, mentionCount: 0 });
    await say('bob', { all: true });
    expect(await get('ada')).toEqual({ unreadCount: 2, mentionCount: 1 });
  });

  it('hold what an edit that lost a race has noted against nobody', async () => {
    const sent = await say('bob');
    const races = await Promise.all([edit(sent, { userIds: ['ada'] }), edit(sent, { userIds: ['cleo'] })]);
    expect(races.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { userIds } = (races.find(({ status }) => status === 200)!.body['mentions'] ?? {}) as { userIds: string[] };
    for (const user of ['ada', 'cleo'])
      expect(await get(user)).toEqual({ unreadCount: 1, mentionCount: userIds.includes(user) ? 1 : 0 });
  });

  it('leave out what the reader has hidden', async () => {
    const { id } = await say('bob', { userIds: ['ada'] });
    await say('bob', { all: true });
    expect(await get('ada')).toEqual({ unreadCount: 2, mentionCount: 2 });
    expect((await call(receipts, api.receipts.hideMessage, { messageId: id }, as('ada'))).status).toBe(200);
    expect(await get('ada')).toEqual({ unreadCount: 1, mentionCount: 1 });
  });

  it('cost one write unit for a message that mentions, and nothing for one that does not', async () => {
    const many = Array.from({ length: 50 }, (_, index) => `user-${index}`);
    conversationId = await aGroup(scope(tenantId), ['ada', ...many]);
    await say('ada');
    const sent = transport.send;
    onTestFinished(() => {
      transport.send = sent;
    });
    const meter = new Meter(DynamoDBDocumentClient.from(new DynamoDBClient({})), [TABLE.byUser]).watchFunctions();
    const writes = async (mentions?: Called): Promise<[string, number][]> => {
      await say('ada', mentions);
      const made = meter.take().filter(({ writes: units }) => units > 0);
      return made.map(({ operation, writes: units }): [string, number] => [operation, units]).sort();
    };
    // The head, the message, and one of the sender's rate.
    const plain: [string, number][] = [
      ['PutItem', 1],
      ['UpdateItem', 1],
      ['UpdateItem', 1],
    ];
    expect(await writes()).toEqual(plain);
    expect(await writes({ userIds: many })).toEqual([...plain, ['UpdateItem', 1]]);
    expect(await writes({ all: true })).toEqual([...plain, ['UpdateItem', 1]]);
  });
});

describe('what is unread altogether', () => {
  it('leaves out what is hidden, and by option what is muted or archived', async () => {
    const rooms = [conversationId];
    for (let index = 0; index < 3; index++) rooms.push(await aGroup(scope(tenantId), USERS));
    const [open, muted, archived, hidden] = rooms as [string, string, string, string];
    for (const room of rooms) await say('bob', { userIds: ['ada'] }, room);
    await say('bob', undefined, open);
    await mine('ada', muted, { muted: true });
    await mine('ada', archived, { archived: true });
    await mine('ada', hidden, { hidden: true });
    const of = (unreadCount: number, mentionCount: number, conversationCount: number) => ({
      unreadCount,
      mentionCount,
      conversationCount,
    });
    expect(await total('ada')).toEqual(of(4, 3, 3));
    expect(await total('ada', { muted: 'false' })).toEqual(of(3, 2, 2));
    expect(await total('ada', { muted: 'false', archived: 'false' })).toEqual(of(2, 1, 1));
    await read('ada', 3, open);
    await mine('ada', open, { markedUnread: true });
    expect(await total('ada', { muted: 'false', archived: 'false' })).toEqual(of(0, 0, 1));
    await mine('ada', muted, { mutedUntil: '2020-01-01T00:00:00.000Z' });
    expect(await total('ada', { muted: 'false', archived: 'false' })).toEqual(of(1, 1, 2));
    expect(await total('dora')).toEqual(of(0, 0, 0));
  });
});
