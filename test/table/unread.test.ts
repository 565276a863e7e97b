import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { transport } from '#aws/transport.ts';
import { Meter, usageOf } from '#bench/meter.ts';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import type { Message } from '#contract/messages.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { scope } from '#table/entity.ts';
import { conversationIdOfImport } from '#table/import.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { TABLE } from '#table/schema.ts';
import { call } from '#test/support/call.ts';
import { aGroup, killedAt, sendText, someClientId } from '#test/support/conversations.ts';
import { newImportId, send, start, text } from '#test/support/imports.ts';
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

const as = (userId: string) => ({ tenantId, userId });
const say = async (userId: string, text = 'hello') =>
  (await call(messages, api.messages.sendMessage, { conversationId, body: { type: 'text', text } }, as(userId)))
    .body as unknown as Message;
const read = (userId: string, seq: number) =>
  call(receipts, api.receipts.markRead, { conversationId, seq }, as(userId));
const mine = (userId: string, changes: Record<string, unknown>) =>
  call(receipts, api.receipts.updateMySettings, { conversationId, ...changes }, as(userId));
const get = async (userId: string) =>
  (await call(conversations, api.conversations.getConversation, { conversationId }, as(userId))).body;
const list = async (userId: string, input: Record<string, unknown> = {}) =>
  (await call(conversations, api.conversations.listConversations, { limit: 50, ...input }, as(userId))).body as {
    items: { id: string; unreadCount: number }[];
    nextCursor: string | null;
  };

/** All messages, as a member reads them. */
const history = async (userId: string): Promise<Message[]> => {
  const input = { conversationId, limit: 100, order: 'oldest' };
  const { body } = await call(messages, api.messages.listMessages, input, as(userId));
  return body['items'] as Message[];
};

/** The count by hand, from what a member can read and the marker they were told. */
const byHand = async (userId: string, marker: number): Promise<number> => {
  const all = await history(userId);
  const sent = all.filter(({ senderId, body }) => senderId === userId && body.type !== 'system');
  const from = Math.max(marker, ...sent.map(({ seq }) => seq));
  return all.filter(
    ({ seq, senderId, body }) => seq > from && senderId !== userId && body.type !== 'system' && body.type !== 'deleted',
  ).length;
};

describe('unread counts', () => {
  it('equal a count by hand through the API, in lists too, over random lives with deletions and dead writers', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = randomFrom(seed);
      conversationId = await aGroup(scope(tenantId), USERS);
      const log = logOf(scope(tenantId), conversationId);
      const markers = new Map<string, number>(USERS.map((user) => [user, 1]));
      const sent: Message[] = [];
      for (let step = 0; step < 16; step++) {
        const user = random.pick(USERS);
        const kind = random.pick(['send', 'send', 'send', 'read', 'delete', 'die'] as const);
        if (kind === 'send') sent.push(await say(user));
        else if (kind === 'die') {
          const dying = killedAt(log, 1, 'after');
          await expect(sendText(dying, 'lost', { author: user })).rejects.toThrow();
          await log.void((await log.head())!.seq, Date.now());
        } else if (kind === 'delete' && sent.length > 0) {
          const { id, senderId } = random.pick(sent);
          await call(messages, api.messages.deleteMessage, { messageId: id }, as(senderId));
        } else {
          const head = (await log.head())!;
          const seq = random.between(1, head.seq);
          const { body } = await read(user, seq);
          markers.set(user, Math.max(markers.get(user)!, seq));
          expect(body).toMatchObject({
            readSeq: markers.get(user),
            unreadCount: await byHand(user, markers.get(user)!),
          });
        }
        for (const reader of USERS) {
          const expected = await byHand(reader, markers.get(reader)!);
          expect({ seed, step, reader, unread: (await get(reader))['unreadCount'] }).toEqual({
            seed,
            step,
            reader,
            unread: expected,
          });
          const listed = (await list(reader)).items.find(({ id }) => id === conversationId);
          expect({ seed, step, reader, unread: listed?.unreadCount }).toEqual({ seed, step, reader, unread: expected });
        }
      }
    }
  });

  it('survive that the head forgets who spoke', async () => {
    const many = ['ada', 'bob', 'cleo', 'dan', 'eve', 'fay', 'gus', 'hal', 'ivy'];
    conversationId = await aGroup(scope(tenantId), many);
    for (const user of many) await say(user);
    const head = await logOf(scope(tenantId), conversationId).head();
    expect(Object.keys(head?.speakers ?? {}).length).toBeLessThanOrEqual(6);
    for (const [index, user] of many.entries()) expect((await get(user))['unreadCount']).toBe(many.length - 1 - index);
  });
});

describe('an import', () => {
  it('counts for everybody else, and as written for who wrote it', async () => {
    const importId = newImportId();
    tenantId = 'acme';
    conversationId = conversationIdOfImport(scope(tenantId), importId);
    await start(importId);
    await send(
      importId,
      0,
      ['bob', 'cleo', 'bob', 'cleo', 'cleo'].map((senderId) => ({ ...text('x'), senderId })),
    );
    await send(importId, 1, [text('y')]);
    const unread = async (userId: string) => (await get(userId))['unreadCount'];
    expect([await unread('ada'), await unread('bob'), await unread('cleo')]).toEqual([6, 0, 1]);
    await say('bob');
    // An import's first message is number 1.
    await read('ada', 4);
    expect([await unread('ada'), await unread('bob'), await unread('cleo')]).toEqual([3, 0, 2]);
  });
});

describe('a read marker', () => {
  it('never goes back, never passes the head, and answers where it stands', async () => {
    await say('bob');
    await say('bob');
    expect(await read('ada', 3)).toMatchObject({ status: 200, body: { readSeq: 3, deliveredSeq: 3, unreadCount: 0 } });
    expect(await read('ada', 2)).toMatchObject({ status: 200, body: { readSeq: 3 } });
    expect(await read('ada', 4)).toMatchObject({ status: 400, body: { code: 'watermark.beyond_head', seq: 3 } });
    expect(await read('eve', 1)).toMatchObject({ status: 404, body: { code: 'conversation.not_found' } });
  });

  it('ends at the greatest of many that race', async () => {
    for (let index = 0; index < 8; index++) await say('bob');
    await Promise.all([5, 2, 9, 3, 7, 8, 4, 6].map((seq) => read('ada', seq)));
    expect(await read('ada', 1)).toMatchObject({ body: { readSeq: 9, unreadCount: 0 } });
  });

  it('costs one write unit', async () => {
    await say('bob');
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    const sent = transport.send;
    onTestFinished(() => {
      transport.send = sent;
    });
    const meter = new Meter(client, [TABLE.byUser]).watchFunctions();
    await read('ada', 2);
    expect(usageOf(meter.take()).writes).toBe(1);
    await call(receipts, api.receipts.markDelivered, { conversationId, seq: 2 }, as('cleo'));
    expect(usageOf(meter.take()).writes).toBe(1);
  });
});

describe('receipts', () => {
  it('say whom a message has reached and who has read it, in pages, and count writing as reading', async () => {
    const { id } = await say('ada');
    await call(receipts, api.receipts.markDelivered, { conversationId, seq: 2 }, as('bob'));
    const page = (input: Record<string, unknown> = {}) =>
      call(receipts, api.receipts.listReceipts, { messageId: id, ...input }, as('ada'));
    expect((await page()).body).toEqual({ deliveredTo: ['bob'], readBy: [], nextCursor: null });
    await read('bob', 2);
    await say('cleo');
    expect((await page()).body).toEqual({ deliveredTo: ['bob', 'cleo'], readBy: ['bob', 'cleo'], nextCursor: null });
    const first = (await page({ limit: 2 })).body;
    expect(first).toMatchObject({ readBy: ['bob'], nextCursor: expect.any(String) });
    const second = (await page({ limit: 2, cursor: first['nextCursor'] })).body;
    expect(second).toEqual({ deliveredTo: ['cleo'], readBy: ['cleo'], nextCursor: null });
    const foreign = { messageId: messageIdOf(conversationId, 99) };
    expect(await call(receipts, api.receipts.listReceipts, foreign, as('ada'))).toMatchObject({ status: 404 });
  });
});

describe('settings of one’s own', () => {
  it('are kept for their member alone, filter lists, and end when they say', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect((await mine('ada', { muted: true, mutedUntil: until, pinned: true })).body).toMatchObject({ muted: true });
    expect(await get('ada')).toMatchObject({ settings: { muted: true, mutedUntil: until, pinned: true } });
    expect(await get('bob')).toMatchObject({ settings: { muted: false, pinned: false } });
    const ids = async (input: Record<string, unknown>) => (await list('ada', input)).items.map(({ id }) => id);
    expect(await ids({ muted: 'true', pinned: 'true' })).toEqual([conversationId]);
    expect(await ids({ muted: 'false' })).toEqual([]);
    expect(await ids({ name: 'ENGI' })).toEqual([conversationId]);
    expect(await ids({ name: 'poetry' })).toEqual([]);
    expect(await ids({ type: 'direct' })).toEqual([]);
    await mine('ada', { mutedUntil: '2020-01-01T00:00:00.000Z' });
    expect(await ids({ muted: 'true' })).toEqual([]);
    await mine('ada', { archived: true });
    expect(await ids({})).toEqual([]);
    expect(await ids({ archived: 'true' })).toEqual([conversationId]);
  });

  it('mark a conversation unread until it is read', async () => {
    await say('bob');
    await read('ada', 2);
    const unread = async () => (await list('ada', { unread: 'true' })).items.length;
    expect(await unread()).toBe(0);
    await mine('ada', { markedUnread: true });
    expect(await unread()).toBe(1);
    await read('ada', 2);
    expect(await unread()).toBe(0);
    expect(await mine('eve', { pinned: true })).toMatchObject({ status: 404 });
  });
});

describe('a list of conversations', () => {
  it('moves up once for a member until they acknowledge again, and a cursor skips nothing meanwhile', async () => {
    const rooms: string[] = [];
    for (let index = 0; index < 4; index++) rooms.push(await aGroup(scope(tenantId), ['ada', 'bob']));
    const sayIn = (room: string) => {
      conversationId = room;
      return say('bob');
    };
    for (const room of rooms) await sayIn(room);
    const order = async () => (await list('ada')).items.map(({ id }) => id).filter((id) => rooms.includes(id));
    expect(await order()).toEqual([...rooms].reverse());
    // Not acknowledged since it moved: it stays where it is.
    await sayIn(rooms[0]!);
    expect(await order()).toEqual([...rooms].reverse());
    await read('ada', 2);
    const first = await list('ada', { limit: 2 });
    await sayIn(rooms[0]!);
    expect((await order())[0]).toBe(rooms[0]);
    const rest = await list('ada', { limit: 50, cursor: first.nextCursor });
    expect(rest.items.map(({ id }) => id)).toContain(rooms[1]);
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(expect.arrayContaining(rooms.slice(1)));
  });
});
