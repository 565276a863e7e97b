import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { ENV } from '#contract/environment.ts';
import { Frame } from '#contract/events.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { openConnection } from '#table/connection.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { audienceOf, conversationIdsOf } from '#table/member.ts';
import { StandingEntity } from '#table/member-standing.ts';
import { readableMessages } from '#table/readable-messages.ts';
import { tableName } from '#table/table-name.ts';
import { call } from '#test/support/call.ts';
import { denseLog, someClientId } from '#test/support/conversations.ts';
import { aRoom } from '#test/support/participants.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
const ROLES = { ada: 'owner', bob: 'admin', cleo: 'member', dan: 'member' } as const;
const code = ({ body }: { body: Readonly<Record<string, unknown>> }) => body['code'];

/** Stands for @connections: takes every post. */
const posts: { socket: string; frame: Frame }[] = [];
const server = createServer((request, answer) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const socket = decodeURIComponent(request.url ?? '')
      .split('/')
      .at(-1)!;
    posts.push({ socket, frame: Frame.parse(JSON.parse(Buffer.concat(parts).toString())) });
    answer.end();
  });
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env[ENV.socketsEndpoint] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/chat`;
});
afterAll(() => server.close());
const connect = (userId: string) =>
  openConnection(tenant, userId, {
    connectionId: `${userId}=`,
    nonce: someClientId(),
    ticketExpiresAt: 1,
    at: Date.now(),
  });

const say = (conversationId: string, userId: string, clientId = someClientId()) =>
  call(
    messages,
    api.messages.sendMessage,
    { conversationId, clientId, body: { type: 'text', text: 'hello' } },
    { userId },
  );

describe('removing', () => {
  it('takes everything at once: sending, reading, search, lists; and says so', async () => {
    const room = await aRoom(tenant, ROLES);
    const { conversationId } = room;
    const { body: said } = await say(conversationId, 'cleo');
    expect(await room.by('bob', 'removeParticipant', { userId: 'cleo' })).toMatchObject({
      status: 200,
      body: { seq: 3 },
    });
    expect(await room.now()).toEqual({ roles: { ada: 'owner', bob: 'admin', dan: 'member' }, members: 3, owners: 1 });
    expect(code(await say(conversationId, 'cleo'))).toBe('conversation.not_found');
    const read = (operation: 'getMessage' | 'listMessages', input: Record<string, unknown>) =>
      call(messages, api.messages[operation], input, { userId: 'cleo' });
    expect(code(await read('getMessage', { messageId: said['id'] }))).toBe('message.not_found');
    expect(code(await read('listMessages', { conversationId }))).toBe('conversation.not_found');
    expect(await conversationIdsOf(tenant, 'cleo')).not.toContain(conversationId);
    expect(await readableMessages(tenant, 'cleo', [{ conversationId, seq: 2 }])).toEqual([undefined]);
    expect(await audienceOf(tenant, conversationId)).toEqual(['ada', 'bob', 'dan']);
    const entries = await denseLog(logOf(tenant, conversationId));
    expect(entries.find(({ seq }) => seq === 3)).toMatchObject({
      message: { u: 'bob', b: { kind: 'participants_removed', userIds: ['cleo'] } },
    });
  });

  it('tells those who stay and the one who goes, who then hears no more', async () => {
    const room = await aRoom(tenant, { ...ROLES, cleo: 'member' });
    await Promise.all(['ada', 'cleo'].map(connect));
    posts.length = 0;
    await room.by('bob', 'removeParticipant', { userId: 'cleo' });
    const heard = posts.map(({ socket, frame }) => [socket, frame.events[0]?.type]);
    expect(heard.sort()).toEqual([
      ['ada=', 'participant:removed'],
      ['cleo=', 'participant:removed'],
    ]);
    posts.length = 0;
    await say(room.conversationId, 'bob');
    expect(posts.map(({ socket }) => socket)).toEqual(['ada=']);
  });

  it('touches only those below, and hides from outsiders that there is anything', async () => {
    const room = await aRoom(tenant, { ...ROLES, eve: 'admin' });
    for (const [actor, target, refused] of [
      ['bob', 'ada', 'participant.forbidden'],
      ['bob', 'eve', 'participant.forbidden'],
      ['cleo', 'dan', 'participant.forbidden'],
      ['bob', 'nobody', 'participant.not_found'],
      ['mallory', 'cleo', 'conversation.not_found'],
    ] as const)
      expect([actor, code(await room.by(actor, 'removeParticipant', { userId: target }))]).toEqual([actor, refused]);
    expect((await room.now()).members).toBe(5);
    expect((await logOf(tenant, room.conversationId).head())?.seq).toBe(1);
  });

  it('of many reports each, from the query or the body, over several transactions', async () => {
    const crowd = Array.from({ length: 60 }, (_, index) => `user${index}`);
    const room = await aRoom(tenant, {
      ...ROLES,
      ...Object.fromEntries(crowd.map((user) => [user, 'member' as const])),
    });
    const asked = ['ada', 'nobody', ...crowd];
    const reply = await room.by('bob', 'removeParticipants', { userIds: asked });
    expect(reply.status).toBe(200);
    expect(reply.body['results']).toEqual(
      asked.map((userId) => ({
        userId,
        status: userId === 'ada' ? 'forbidden' : userId === 'nobody' ? 'not_member' : 'removed',
      })),
    );
    expect(await room.now()).toMatchObject({ members: 4, owners: 1 });
    expect(await denseLog(logOf(tenant, room.conversationId))).toHaveLength(3);
    const body = JSON.stringify({ userIds: ['cleo', 'dan'] });
    const { handler } = await import('#functions/api/participants/participants.lambda.ts');
    const address = { method: 'DELETE', path: '/conversations/{conversationId}/members' } as const;
    const second = await call(handler, address, { conversationId: room.conversationId }, { userId: 'bob', body });
    expect(second.body['results']).toEqual([
      { userId: 'cleo', status: 'removed' },
      { userId: 'dan', status: 'removed' },
    ]);
  });

  it('repeated under one key is answered as before and done once', async () => {
    const room = await aRoom(tenant, ROLES);
    const key = { 'Idempotency-Key': someClientId() };
    const first = await room.by('bob', 'removeParticipant', { userId: 'cleo' }, key);
    const again = await room.by('bob', 'removeParticipant', { userId: 'cleo' }, key);
    expect(again).toMatchObject({ status: 200, body: first.body, headers: { 'idempotent-replayed': 'true' } });
    expect(code(await room.by('bob', 'removeParticipant', { userId: 'dan' }, key))).toBe('message.client_id_reused');
    expect(await room.now()).toMatchObject({ members: 3 });
  });
});

describe('leaving', () => {
  it('is open to all but the last owner', async () => {
    const room = await aRoom(tenant, { ada: 'owner', bob: 'owner', cleo: 'member' });
    expect((await room.by('cleo', 'leaveConversation')).status).toBe(200);
    expect((await room.by('ada', 'removeParticipant', { userId: 'ada' })).status).toBe(200);
    expect(await room.by('bob', 'leaveConversation')).toMatchObject({
      status: 409,
      body: { code: 'participant.last_owner' },
    });
    expect(code(await room.by('bob', 'changeRole', { userId: 'bob', role: 'admin' }))).toBe('participant.last_owner');
    expect(await room.now()).toEqual({ roles: { bob: 'owner' }, members: 1, owners: 1 });
    expect(await conversationIdsOf(tenant, 'cleo')).not.toContain(room.conversationId);
  });
});

describe('roles', () => {
  it('are given below one’s own to those below, and everybody is told', async () => {
    const room = await aRoom(tenant, ROLES);
    await connect('dan');
    posts.length = 0;
    const reply = await room.by('ada', 'changeRole', { userId: 'cleo', role: 'admin' });
    expect(reply).toMatchObject({ status: 200, body: { userId: 'cleo', role: 'admin', seq: 2 } });
    expect(posts.find(({ socket }) => socket === 'dan=')?.frame.events[0]).toMatchObject({
      type: 'participant:updated',
      participants: [{ userId: 'cleo', role: 'admin' }],
      message: { body: { kind: 'role_changed' } },
    });
    for (const [actor, target, role, refused] of [
      ['bob', 'dan', 'admin', 'participant.forbidden'],
      ['bob', 'cleo', 'member', 'participant.forbidden'],
      ['bob', 'ada', 'member', 'participant.forbidden'],
      ['dan', 'dan', 'admin', 'participant.forbidden'],
      ['ada', 'dan', 'owner', 'request.invalid'],
    ] as const)
      expect([actor, code(await room.by(actor, 'changeRole', { userId: target, role }))]).toEqual([actor, refused]);
    expect(await room.by('ada', 'changeRole', { userId: 'cleo', role: 'admin' })).toMatchObject({
      status: 200,
      body: { role: 'admin', seq: 2 },
    });
    expect((await logOf(tenant, room.conversationId).head())?.seq).toBe(2);
  });

  it('of guests let them read and not send', async () => {
    const room = await aRoom(tenant, ROLES);
    await room.by('bob', 'changeRole', { userId: 'cleo', role: 'guest' });
    expect(await say(room.conversationId, 'cleo')).toMatchObject({ status: 403, body: { code: 'message.forbidden' } });
    const { conversationId } = room;
    expect((await call(messages, api.messages.listMessages, { conversationId }, { userId: 'cleo' })).status).toBe(200);
    const group = await aRoom(tenant, ROLES, 'group');
    expect(code(await group.by('bob', 'changeRole', { userId: 'cleo', role: 'guest' }))).toBe(
      'participant.role_unsupported',
    );
  });
});

describe('joining', () => {
  it('is open to everybody of the tenant in a channel, once, and nowhere else', async () => {
    const room = await aRoom(tenant, ROLES);
    const joined = await room.by('eve', 'joinConversation');
    expect(joined).toMatchObject({ status: 200, body: { userId: 'eve', role: 'member', seq: 2 } });
    expect((await room.by('eve', 'joinConversation')).body).toEqual(joined.body);
    expect(await room.by('ada', 'joinConversation')).toMatchObject({ body: { role: 'owner', seq: 1 } });
    expect((await say(room.conversationId, 'eve')).status).toBe(201);
    expect(await room.now()).toMatchObject({ members: 5 });
    const group = await aRoom(tenant, ROLES, 'group');
    expect(code(await group.by('eve', 'joinConversation'))).toBe('conversation.not_found');
  });

  it('makes nobody more than they were: a guest who leaves comes back as a guest', async () => {
    const room = await aRoom(tenant, ROLES);
    await room.by('bob', 'changeRole', { userId: 'cleo', role: 'guest' });
    await room.by('cleo', 'leaveConversation');
    expect((await room.by('cleo', 'joinConversation')).body).toMatchObject({ role: 'guest' });
    await room.by('cleo', 'leaveConversation');
    expect((await room.add('bob', ['cleo'])).body).toEqual({ results: [{ userId: 'cleo', status: 'added' }] });
    await room.by('cleo', 'leaveConversation');
    expect((await room.by('cleo', 'joinConversation')).body).toMatchObject({ role: 'member' });
  });
});

describe('bans', () => {
  const ban = (room: Awaited<ReturnType<typeof aRoom>>, until?: string) =>
    room.by('bob', 'banParticipant', { userId: 'cleo', until, reason: 'Spam.' });

  it('put out, keep out whoever comes or is brought, and are lifted', async () => {
    const room = await aRoom(tenant, ROLES);
    expect((await ban(room)).status).toBe(200);
    expect(await room.now()).toMatchObject({ members: 3 });
    expect(await room.by('cleo', 'joinConversation')).toMatchObject({
      status: 403,
      body: { code: 'participant.banned', until: null },
    });
    expect((await room.add('ada', ['cleo', 'eve'])).body['results']).toEqual([
      { userId: 'cleo', status: 'banned' },
      { userId: 'eve', status: 'added' },
    ]);
    expect((await room.by('bob', 'listBans')).body['items']).toMatchObject([
      { userId: 'cleo', bannedBy: 'bob', until: null, reason: 'Spam.' },
    ]);
    expect(code(await room.by('dan', 'listBans'))).toBe('participant.forbidden');
    expect((await room.by('bob', 'unbanParticipant', { userId: 'cleo' })).status).toBe(200);
    expect(code(await room.by('bob', 'unbanParticipant', { userId: 'cleo' }))).toBe('ban.not_found');
    expect((await room.by('cleo', 'joinConversation')).status).toBe(200);
    expect(await denseLog(logOf(tenant, room.conversationId))).toHaveLength(5);
  });

  it('end when they say, however late the item is deleted', async () => {
    const room = await aRoom(tenant, ROLES);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await ban(room, until);
    expect(await room.by('cleo', 'joinConversation')).toMatchObject({ body: { code: 'participant.banned', until } });
    // An hour goes by.
    await documents.update({
      TableName: tableName(),
      Key: StandingEntity.key(tenant, { conversationId: room.conversationId, userId: 'cleo' }),
      UpdateExpression: 'SET ban.#until = :now',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':now': Date.now() },
    });
    expect((await room.by('ada', 'listBans')).body['items']).toEqual([]);
    expect((await room.by('cleo', 'joinConversation')).status).toBe(200);
    const past = new Date(Date.now() - 1_000).toISOString();
    expect(code(await ban(room, past))).toBe('request.invalid');
  });

  it('by somebody higher are not lifted or shortened by somebody lower', async () => {
    const room = await aRoom(tenant, ROLES);
    await room.by('ada', 'banParticipant', { userId: 'eve' });
    expect(code(await room.by('bob', 'unbanParticipant', { userId: 'eve' }))).toBe('participant.forbidden');
    expect(code(await room.by('bob', 'banParticipant', { userId: 'eve' }))).toBe('participant.forbidden');
    expect(code(await room.by('bob', 'banParticipant', { userId: 'ada' }))).toBe('participant.forbidden');
    expect(code(await room.by('eve', 'joinConversation'))).toBe('participant.banned');
  });
});

describe('ownership', () => {
  it('is handed over in two steps: both change at once, and not before', async () => {
    const room = await aRoom(tenant, ROLES);
    expect(code(await room.by('cleo', 'acceptOwnership'))).toBe('ownership.not_offered');
    expect(code(await room.by('bob', 'offerOwnership', { userId: 'cleo' }))).toBe('participant.forbidden');
    expect((await room.by('ada', 'offerOwnership', { userId: 'cleo' })).status).toBe(200);
    expect((await room.now()).roles).toEqual(ROLES);
    expect(await room.by('cleo', 'acceptOwnership')).toMatchObject({ status: 200, body: { role: 'owner' } });
    expect(await room.now()).toEqual({
      roles: { ...ROLES, ada: 'admin', cleo: 'owner' },
      members: 4,
      owners: 1,
    });
    expect(code(await room.by('cleo', 'acceptOwnership'))).toBe('ownership.not_offered');
  });

  it('is shared when its giver stays', async () => {
    const room = await aRoom(tenant, ROLES);
    await room.by('ada', 'offerOwnership', { userId: 'cleo', stepDown: false });
    await room.by('cleo', 'acceptOwnership');
    expect(await room.now()).toMatchObject({ roles: { ada: 'owner', cleo: 'owner' }, owners: 2 });
    expect((await room.by('ada', 'leaveConversation')).status).toBe(200);
  });

  it('is not taken by an offer that was withdrawn, declined, or whose giver is no owner any more', async () => {
    const room = await aRoom(tenant, ROLES);
    await room.by('ada', 'offerOwnership', { userId: 'cleo' });
    expect(code(await room.by('dan', 'withdrawOwnership', { userId: 'cleo' }))).toBe('participant.forbidden');
    expect((await room.by('ada', 'withdrawOwnership', { userId: 'cleo' })).status).toBe(200);
    expect(code(await room.by('cleo', 'acceptOwnership'))).toBe('ownership.not_offered');
    await room.by('ada', 'offerOwnership', { userId: 'dan', stepDown: false });
    expect((await room.by('dan', 'withdrawOwnership', { userId: 'dan' })).status).toBe(200);
    await room.by('ada', 'offerOwnership', { userId: 'dan', stepDown: false });
    await room.by('ada', 'offerOwnership', { userId: 'cleo' });
    await room.by('cleo', 'acceptOwnership');
    expect(code(await room.by('dan', 'acceptOwnership'))).toBe('ownership.not_offered');
    // Ada has ownership again; what she offered before is not what she offers now.
    await room.by('cleo', 'offerOwnership', { userId: 'ada' });
    await room.by('ada', 'acceptOwnership');
    expect(code(await room.by('dan', 'acceptOwnership'))).toBe('ownership.not_offered');
  });
});
