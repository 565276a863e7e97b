import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { REACTIONS_A_MINUTE } from '#contract/reactions.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as mine } from '#functions/api/mine/mine.lambda.ts';
import { handler as reactions } from '#functions/api/reactions/reactions.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { call } from '#test/support/call.ts';
import { aGroup, denseLog, sendText, someClientId } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useSockets } from '#test/support/sockets.ts';
import { speaker } from '#test/support/speaking.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
const { posts, connect } = useSockets(tenant);
const speak = speaker(posts);
let users = 0;
let [ada, bob] = ['ada', 'bob'];
let conversationId: string;

const text = (words: string) => ({ type: 'text', text: words }) as const;
const send = (clientId: string, words: string, userId = ada) =>
  speak(userId, { action: 'message.send', id: 's', conversationId, clientId, body: text(words) });
const overHttps = (clientId: string, words: string) =>
  call(messages, api.messages.sendMessage, { conversationId, clientId, body: text(words) }, { userId: ada });
/** What only the socket that spoke is told: the answer to its command. */
const answerIn = (events: Awaited<ReturnType<typeof speak>>) =>
  events.find(({ type }) => /^sync:(done|error)$/.test(type));

beforeEach(async () => {
  users += 1;
  [ada, bob] = [`ada-${users}`, `bob-${users}`];
  conversationId = await aGroup(tenant, [ada, bob]);
  await Promise.all([connect(ada), connect(bob)]);
});

describe('message.send', () => {
  it('sends as HTTPS does: the same id any number of times, on either way, is one message and one answer', async () => {
    const clientId = someClientId();
    const first = await send(clientId, 'hello');
    expect(first.map(({ type }) => type).sort()).toEqual(['message:created', 'sync:done']);
    const done = answerIn(first)!;
    expect(done).toMatchObject({ type: 'sync:done', id: 's', status: 201, replayed: false });
    expect(posts.filter(({ socket }) => socket === `${bob}=`)).toHaveLength(1);
    const again = await overHttps(clientId, 'hello');
    expect(again).toMatchObject({ status: 200, body: (done as { body: unknown }).body });
    expect(answerIn(await send(clientId, 'hello'))).toEqual({ ...done, status: 200, replayed: true });
    expect(await denseLog(logOf(tenant, conversationId))).toHaveLength(2);
    expect(answerIn(await send(clientId, 'other'))).toMatchObject({
      ...{ type: 'sync:error', id: 's', status: 409, code: 'message.client_id_reused' },
      details: { storedHash: expect.any(String), givenHash: expect.any(String) },
    });
  });

  it('is refused as over HTTPS, in the same words', async () => {
    const other = await aGroup(tenant, [bob]);
    const asked = { conversationId: other, clientId: someClientId(), body: text('let me in') };
    const { status, body } = await call(messages, api.messages.sendMessage, asked, { userId: ada });
    const { code, title } = body as { code: string; title: string };
    const told = await speak(ada, { action: 'message.send', ...asked });
    expect(told).toEqual([{ type: 'sync:error', id: null, status, code, title, issues: [], details: {} }]);
    expect(await speak(ada, { action: 'message.send', conversationId, body: text('hi') }, '')).toMatchObject([
      { type: 'sync:error', status: 403, code: 'caller.forbidden' },
    ]);
  });
});

describe('read and delivered', () => {
  it('move the markers and answer what HTTPS answers; the own device hears too', async () => {
    for (const words of ['two', 'three']) await sendText(logOf(tenant, conversationId), words, { author: bob });
    const told = await speak(ada, { action: 'delivered', conversationId, seq: 3 });
    expect(told).toMatchObject([
      { type: 'delivered', userId: ada, upTo: 3 },
      { type: 'sync:done', status: 200, body: { readSeq: 1, deliveredSeq: 3, unreadCount: 2 } },
    ]);
    const read = answerIn(await speak(ada, { action: 'read', id: 'r', conversationId, seq: 2 }));
    const { body } = await call(receipts, api.receipts.markRead, { conversationId, seq: 2 }, { userId: ada });
    expect(read).toMatchObject({ id: 'r', status: 200, body });
    expect(answerIn(await speak(ada, { action: 'read', conversationId, seq: 9 }))).toMatchObject({
      ...{ status: 400, code: 'watermark.beyond_head' },
      details: { seq: 3 },
    });
  });
});

it('what one does for oneself reaches one’s own devices, and nobody else’s', async () => {
  const { seq } = await sendText(logOf(tenant, conversationId), 'two', { author: bob });
  const messageId = messageIdOf(conversationId, seq);
  posts.length = 0;
  const as = { userId: ada };
  await call(receipts, api.receipts.hideMessage, { messageId }, as);
  await call(receipts, api.receipts.updateMySettings, { conversationId, muted: true }, as);
  await call(mine, api.mine.setBookmark, { messageId: messageIdOf(conversationId, 1), note: 'later' }, as);
  await call(mine, api.mine.putDraft, { conversationId, body: text('unfinished') }, as);
  const types = posts.map(({ socket, frame }) => `${socket} ${frame.events.map(({ type }) => type)}`);
  expect(types).toEqual(
    ['message:hidden', 'conversation:updated', 'bookmark:added', 'draft:updated'].map((type) => `${ada}= ${type}`),
  );
});

describe('react and unreact', () => {
  it('change reactions as HTTPS does, once an operation id', async () => {
    const { seq } = await sendText(logOf(tenant, conversationId), 'react to this');
    const messageId = messageIdOf(conversationId, seq);
    const operationId = someClientId();
    const done = answerIn(await speak(ada, { action: 'react', messageId, emoji: '❤', operationId }));
    expect(done).toMatchObject({ status: 201, body: { reactions: [{ emoji: '❤️', count: 1 }], reactionsSeq: 3 } });
    const headers = { 'Idempotency-Key': operationId };
    expect(
      await call(reactions, api.reactions.addReaction, { messageId, emoji: '❤' }, { userId: ada, headers }),
    ).toMatchObject({ status: 200, body: (done as { body: object }).body });
    expect(answerIn(await speak(ada, { action: 'unreact', messageId, emoji: '❤️' }))).toMatchObject({
      ...{ status: 200, replayed: false },
      body: { reactions: [], reactionsSeq: 4 },
    });
    expect(answerIn(await speak(ada, { action: 'react', messageId, emoji: 'no emoji' }))).toMatchObject({
      ...{ type: 'sync:error', status: 400, code: 'request.invalid' },
      issues: [{ path: 'emoji' }],
    });
  });

  it('say when to come back where it was too often', async () => {
    const { seq } = await sendText(logOf(tenant, conversationId), 'react to this');
    const messageId = messageIdOf(conversationId, seq);
    for (let count = 0; count < REACTIONS_A_MINUTE; count++)
      await speak(ada, { action: 'react', messageId, emoji: String.fromCodePoint(0x1f600 + count) });
    expect(answerIn(await speak(ada, { action: 'react', messageId, emoji: '🎉' }))).toMatchObject({
      ...{ status: 429, code: 'reaction.rate_limited' },
      details: { retryAfter: expect.any(Number), rateLimit: { limit: REACTIONS_A_MINUTE, remaining: 0 } },
    });
  });

  it('answer without the message where it fits no frame', async () => {
    const { seq } = await sendText(logOf(tenant, conversationId), '€'.repeat(15_000));
    const messageId = messageIdOf(conversationId, seq);
    expect(answerIn(await speak(ada, { action: 'react', messageId, emoji: '🎉' }))).toMatchObject({
      ...{ type: 'sync:done', status: 201 },
      body: null,
    });
  });
});
