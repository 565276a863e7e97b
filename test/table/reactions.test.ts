import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { Event } from '#contract/events.ts';
import { REACTIONS_A_MINUTE } from '#contract/reactions.ts';
import { MOST_EMOJIS } from '#domain/reaction.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler } from '#functions/api/reactions/reactions.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { MemberEntity } from '#table/member.ts';
import { findStoredMessage } from '#table/message.ts';
import { ReactionEntity } from '#table/reaction.ts';
import { tableName } from '#table/table-name.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aGroup, denseLog, sendText, someClientId } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

/** What the sockets were told. */
const told: Event[] = [];
vi.mock(import('#delivery/announce.ts'), async (original) => {
  const { announce, ...rest } = await original();
  return {
    ...rest,
    announce: (tenantKey, audience, of, events) => {
      told.push(...events.map((event) => Event.parse(event)));
      return announce(tenantKey, audience, of, events);
    },
  };
});

useTable();
useSigningKey();

const tenant = scope('acme');
const { addReaction, removeReaction, removeReactions, listReactions } = api.reactions;
const EMOJIS = Array.from({ length: 30 }, (_, index) => String.fromCodePoint(0x1f600 + index));
/** A user may change five reactions a minute: each test has users of its own. */
let users: string[] = [];
let conversationId: string;
let messageId: string;
let seq: number;
let tests = 0;

const add = (emoji: string, userId = users[0]!, options: CallOptions = {}) =>
  call(handler, addReaction, { messageId, emoji }, { userId, ...options });
const remove = (emoji: string, userId = users[0]!, options: CallOptions = {}) =>
  call(handler, removeReaction, { messageId, emoji }, { userId, ...options });
const removeAll = (userId = users[0]!, options: CallOptions = {}) =>
  call(handler, removeReactions, { messageId }, { userId, ...options });
const key = (operation: string) => ({ headers: { 'Idempotency-Key': operation } });
const reactions = async () =>
  (await call(messages, api.messages.getMessage, { messageId }, { userId: users[0]! })).body['reactions'] as {
    emoji: string;
    count: number;
    users: string[];
  }[];
const last = async () => (await logOf(tenant, conversationId).head())?.seq;

/** Users by emoji as the reactions' own items say. */
const itemsOf = async (): Promise<Record<string, string[]>> => {
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

/** The counts on the message are those of the items, and every number of the log holds something. */
const expectExact = async () => {
  const users = await itemsOf();
  const shown = await reactions();
  expect(Object.fromEntries(shown.map(({ emoji, count }) => [emoji, count]))).toEqual(
    Object.fromEntries(Object.entries(users).map(([emoji, all]) => [emoji, all.length])),
  );
  for (const { emoji, users: named } of shown) for (const user of named) expect(users[emoji]).toContain(user);
  await denseLog(logOf(tenant, conversationId));
};

beforeEach(async () => {
  tests += 1;
  users = Array.from({ length: 30 }, (_, index) => `user-${tests}-${String(index).padStart(2, '0')}`);
  conversationId = await aGroup(tenant, ['ada', ...users]);
  ({ seq } = await sendText(logOf(tenant, conversationId), 'react to this'));
  messageId = `msg_${conversationId.slice(4)}_${seq}`;
  told.length = 0;
});

describe('a reaction', () => {
  it('is on the message once, however it is spelled, and leaves the version alone', async () => {
    expect(await add('❤')).toMatchObject({
      status: 201,
      body: { id: messageId, version: 1, editedAt: null, reactions: [{ emoji: '❤️', count: 1, users: [users[0]] }] },
    });
    expect(await add('❤️')).toMatchObject({ status: 200, body: { reactions: [{ emoji: '❤️', count: 1 }] } });
    expect(await add('👍🏽', users[1])).toMatchObject({ status: 201 });
    expect(await add('👍', users[1])).toMatchObject({ status: 201 });
    expect((await reactions()).map(({ emoji }) => emoji)).toEqual(['❤️', '👍🏽', '👍']);
    expect(await last()).toBe(seq + 3);
    await expectExact();
  });

  it('is taken back, alone or with all of one’s own, and what is not there takes no number', async () => {
    await add('👍');
    await add('#️⃣');
    await add('🎉');
    await add('🎉', users[1]);
    const named = encodeURIComponent('👍');
    expect(await remove(named)).toMatchObject({ status: 200, body: { reactions: [{ emoji: '#️⃣' }, { emoji: '🎉' }] } });
    const before = await last();
    expect(await remove('👍')).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
    expect(await last()).toBe(before);
    expect(await removeAll()).toMatchObject({
      status: 200,
      body: { reactions: [{ emoji: '🎉', count: 1, users: [users[1]] }] },
    });
    expect(await removeAll()).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
    expect(await last()).toBe(before! + 1);
    await expectExact();
  });

  it('is for members; foreign and missing look alike', async () => {
    const missing = { messageId: messageId.replace(/_\d+$/, '_999'), emoji: '👍' };
    const notFound = { status: 404, body: { code: 'message.not_found' } };
    expect(await add('👍', 'mallory')).toMatchObject(notFound);
    expect(await add('👍', users[0], { tenantId: 'globex' })).toMatchObject(notFound);
    expect(await call(handler, addReaction, missing, { userId: users[0]! })).toMatchObject(notFound);
    expect(await removeAll('mallory')).toMatchObject(notFound);
    expect(await call(handler, listReactions, { messageId }, { userId: 'mallory' })).toMatchObject(notFound);
    expect(await last()).toBe(seq);
  });

  it('is not for guests, who read', async () => {
    const guest = { userId: 'gus', conversationId, role: 'guest', joinedAt: 1, joinedSeq: 1, addedBy: 'ada' } as const;
    await documents.put({ TableName: tableName(), Item: MemberEntity.toItem(tenant, guest, 1) });
    expect(await add('👍', 'gus')).toMatchObject({ status: 403, body: { code: 'message.forbidden' } });
    expect((await call(handler, listReactions, { messageId }, { userId: 'gus' })).status).toBe(200);
  });

  it('tells the sockets its number and the new count; a repetition tells the same', async () => {
    await add('👍');
    const operation = key(someClientId());
    await add('👍', users[1], operation);
    const said = { conversationId, seq: seq + 2, messageId, userId: users[1] };
    const two = { ...said, type: 'reaction:added', reactions: [{ emoji: '👍', count: 2, users: users.slice(0, 2) }] };
    expect(told.at(-1)).toEqual(two);
    await removeAll(users[1]);
    const one = [{ emoji: '👍', count: 1, users: users.slice(0, 1) }];
    expect(told.at(-1)).toEqual({ ...said, type: 'reaction:removed', seq: seq + 3, reactions: one });
    await add('👍', users[1], operation);
    expect(told.at(-1)).toEqual(two);
    await remove('👍');
    expect(told.at(-1)).toMatchObject({ reactions: [{ emoji: '👍', count: 0, users: [] }] });
  });

  it('is an emoji', async () => {
    for (const emoji of ['a', ':+1:', '👍👍', '❤︎'])
      expect(await add(emoji)).toMatchObject({ status: 400, body: { issues: [{ path: 'emoji' }] } });
  });

  it('does not go on a deleted message, which shows none and lists none until it is back', async () => {
    await add('👍');
    const ada = { userId: 'ada' };
    await call(messages, api.messages.deleteMessage, { messageId }, ada);
    expect(await reactions()).toEqual([]);
    expect(await add('🎉')).toMatchObject({ status: 409, body: { code: 'message.deleted' } });
    expect(await call(handler, listReactions, { messageId }, ada)).toMatchObject({ body: { items: [] } });
    await call(messages, api.messages.restoreMessage, { messageId }, ada);
    expect(await reactions()).toMatchObject([{ emoji: '👍', count: 1 }]);
  });

  it('may be changed five times a minute, and what is as wished costs nothing', async () => {
    for (const emoji of EMOJIS.slice(0, REACTIONS_A_MINUTE)) expect((await add(emoji)).status).toBe(201);
    expect(await add(EMOJIS[0]!)).toMatchObject({ status: 200 });
    const refused = await add('🎉');
    expect(refused).toMatchObject({ status: 429, body: { code: 'reaction.rate_limited' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(await add('🎉', users[1])).toMatchObject({ status: 201 });
    await expectExact();
  });

  it('is carried out once under one operation id, and not again after it was taken back', async () => {
    const operation = key(someClientId());
    const replies = await Promise.all(Array.from({ length: 4 }, () => add('👍', users[0], operation)));
    for (const { status, body } of replies) {
      expect([200, 201]).toContain(status);
      expect(body['reactions']).toMatchObject([{ emoji: '👍', count: 1 }]);
    }
    expect(await remove('👍')).toMatchObject({ status: 200, body: { reactions: [] } });
    expect(await add('👍', users[0], operation)).toMatchObject({ status: 200, body: { reactions: [] } });
    expect(await add('🎉', users[0], operation)).toMatchObject({ body: { code: 'message.client_id_reused' } });
    const entries = await denseLog(logOf(tenant, conversationId));
    expect(entries.filter(({ kind }) => kind === 'change')).toHaveLength(2);
  });

  it('survives an edit that races with it, and the edit survives too', async () => {
    const sent = await call(
      messages,
      api.messages.sendMessage,
      { conversationId, body: { type: 'text', text: 'first' } },
      { userId: users[0]! },
    );
    expect(sent.status, JSON.stringify(sent.body)).toBe(201);
    messageId = String(sent.body['id']);
    seq = Number(sent.body['seq']);
    const body = { type: 'text', text: 'second' };
    const [edited, ...reacted] = await Promise.all([
      call(messages, api.messages.editMessage, { messageId, version: 1, body }, { userId: users[0]! }),
      ...users.slice(0, 6).map((user) => add('👍', user)),
    ]);
    expect(edited.status, JSON.stringify(edited.body)).toBe(200);
    expect(reacted.map(({ status }) => status)).toEqual(Array(6).fill(201));
    expect(await findStoredMessage(tenant, { conversationId, seq })).toMatchObject({ v: 2, b: body });
    expect(await reactions()).toMatchObject([{ emoji: '👍', count: 6 }]);
    await expectExact();
  });
});

describe('reactions under races', () => {
  it('are at most 20 different ones', async () => {
    for (const [index, emoji] of EMOJIS.slice(0, MOST_EMOJIS - 2).entries()) await add(emoji, users[index % 25]);
    const racers = EMOJIS.slice(MOST_EMOJIS - 2, MOST_EMOJIS + 4);
    const replies = await Promise.all(racers.map((emoji, index) => add(emoji, users[24 + index])));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(replies.filter(({ body }) => body['code'] === 'reaction.too_many')).toHaveLength(racers.length - 2);
    expect(await reactions()).toHaveLength(MOST_EMOJIS);
    expect(await add(EMOJIS[0]!, users[23])).toMatchObject({ status: 201 });
    await expectExact();
  });

  it('are counted exactly, whoever adds, removes and retries at once', async () => {
    const does = fc.record({
      user: fc.nat({ max: 4 }),
      emoji: fc.constantFrom('👍', '❤', '❤️'),
      what: fc.constantFrom('add', 'add', 'remove', 'remove all'),
      twice: fc.boolean(),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(does, { minLength: 2, maxLength: 8 }), async (wishes) => {
        run += 1;
        const crew = Array.from({ length: 5 }, (_, index) => `crew-${tests}-${run}-${index}`);
        users = crew;
        conversationId = await aGroup(tenant, crew);
        ({ seq } = await sendText(logOf(tenant, conversationId), 'race', { author: crew[0]! }));
        messageId = `msg_${conversationId.slice(4)}_${seq}`;
        const replies = await Promise.all(
          wishes.flatMap(({ user, emoji, what, twice }) => {
            const options = key(someClientId());
            const one = () =>
              what === 'add'
                ? add(emoji, crew[user], options)
                : what === 'remove'
                  ? remove(emoji, crew[user], options)
                  : removeAll(crew[user], options);
            return twice ? [one(), one()] : [one()];
          }),
        );
        for (const { status } of replies) expect([200, 201, 429]).toContain(status);
        await expectExact();
      }),
      { numRuns: 20 },
    );
  });
});

describe('the list of reactors', () => {
  const list = (input: Record<string, unknown> = {}, userId = users[0]!) =>
    call(handler, listReactions, { messageId, ...input }, { userId });

  it('goes by emoji, page by page, and its cursor is worth nothing elsewhere', async () => {
    for (const user of users.slice(0, 7)) await add('👍', user);
    await add('👍🏽', users[1]);
    const first = await list({ emoji: '👍', limit: 3 });
    expect(first.body['items']).toMatchObject(users.slice(0, 3).map((userId) => ({ emoji: '👍', userId })));
    const cursor = first.body['nextCursor'];
    const rest = await list({ emoji: '👍', limit: 10, cursor });
    expect(rest.body).toMatchObject({ items: users.slice(3, 7).map((userId) => ({ userId })), nextCursor: null });
    expect(await list({ emoji: '👍🏽', cursor })).toMatchObject({
      status: 400,
      body: { code: 'request.cursor_invalid' },
    });
    expect(await list({ emoji: '👍', cursor }, users[1])).toMatchObject({ status: 400 });
    expect((await list()).body['items']).toHaveLength(8);
    expect((await list({ emoji: '🎉' })).body).toEqual({ items: [], nextCursor: null });
  });
});
