import { beforeEach, describe, expect, it, vi } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { Event } from '#contract/events.ts';
import { REACTIONS_A_MINUTE } from '#contract/reactions.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler } from '#functions/api/reactions/reactions.lambda.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { MemberEntity } from '#table/member.ts';
import { findStoredMessage } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';
import { call } from '#test/support/call.ts';
import { denseLog, someClientId } from '#test/support/conversations.ts';
import {
  add,
  conversationId,
  EMOJIS,
  expectExact,
  key,
  last,
  lookAt,
  messageId,
  reactions,
  remove,
  removeAll,
  seq,
  tenant,
  useReactions,
  users,
} from '#test/support/reactions.ts';
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
useReactions();
beforeEach(() => {
  told.length = 0;
});

const { addReaction, listReactions } = api.reactions;

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
    lookAt(conversationId, Number(sent.body['seq']));
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
