import { describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { audienceOf, conversationIdsOf } from '#table/member.ts';
import { readableMessages } from '#table/readable-messages.ts';
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
    expect(await readableMessages(tenant, 'cleo', [{ conversationId, seq: 2 }], Date.now())).toEqual([undefined]);
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
