import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { StandingEntity } from '#table/member-standing.ts';
import { tableName } from '#table/table-name.ts';
import { call } from '#test/support/call.ts';
import { denseLog, someClientId } from '#test/support/conversations.ts';
import { aRoom } from '#test/support/participants.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
const ROLES = { ada: 'owner', bob: 'admin', cleo: 'member', dan: 'member' } as const;
const code = ({ body }: { body: Readonly<Record<string, unknown>> }) => body['code'];

const { posts, connect } = useSockets(tenant);
const say = (conversationId: string, userId: string, clientId = someClientId()) =>
  call(
    messages,
    api.messages.sendMessage,
    { conversationId, clientId, body: { type: 'text', text: 'hello' } },
    { userId },
  );

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
