import { describe, expect, it, vi } from 'vitest';
import { usersApi } from '#contract/api.ts';
import type { Event } from '#contract/events.ts';
import type * as announcing from '#delivery/announce.ts';
import { handler as users } from '#functions/api/users/users.lambda.ts';
import { call } from '#test/support/call.ts';
import { someClientId } from '#test/support/conversations.ts';
import { anInvitingRoom, as } from '#test/support/invitations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

/** Who was told what, besides the log's events. */
const told: { to: readonly string[]; event: Event }[] = [];
vi.mock('#delivery/announce.ts', async (original) => {
  const real = (await original()) as typeof announcing;
  return {
    ...real,
    announce: async (...args: Parameters<typeof announcing.announce>) => {
      const [, audience, , events] = args;
      const to = await audience;
      for (const event of events)
        if (event.type.startsWith('invitation:')) told.push({ to: to as readonly string[], event });
      return real.announce(...args);
    },
  };
});
const toldSince = (from: number) => told.slice(from).map(({ to, event }) => [event.type, ...to]);

type Room = Awaited<ReturnType<typeof anInvitingRoom>>;
let rooms = 0;
/** Each test has users of its own: what somebody received stays in their list. */
const aRoom = async () => {
  rooms += 1;
  const name = (user: string) => `${user}${rooms}`;
  return { room: await anInvitingRoom({ ada: 'owner', bob: 'admin', cleo: 'member' }), name };
};
const invite = async (room: Room, userIds: readonly string[], by = 'ada', input = {}, options = {}) => {
  const { status, body } = await room.create(by, { kind: 'direct', userIds, ...input }, options);
  const results = (body['results'] ?? []) as { userId: string; status: string; invitationId: string | null }[];
  return { status, body, results, ids: results.map(({ invitationId }) => String(invitationId)) };
};
const received = async (userId: string) =>
  (await as(userId, 'listReceived')).body['items'] as { id: string; conversation: Record<string, unknown> }[];
const accept = (userId: string, invitationId: string) => as(userId, 'acceptInvitation', { invitationId });
const decline = (userId: string, invitationId: string) => as(userId, 'declineInvitation', { invitationId });
const block = (userId: string, blockedId: string) => call(users, usersApi.blockUser, { userId: blockedId }, { userId });

describe('a direct invitation', () => {
  it('lies in its user’s list and lets them in when they accept, once', async () => {
    const { room, name } = await aRoom();
    const from = told.length;
    const { results, ids } = await invite(room, [name('eve'), 'cleo', name('eve')], 'bob');
    expect(results.map(({ status }) => status)).toEqual(['invited', 'already_member']);
    const [shown] = await received(name('eve'));
    expect(shown).toMatchObject({
      id: ids[0],
      invitedBy: 'bob',
      role: 'member',
      conversation: { id: room.conversationId, name: 'Engines', memberCount: 3 },
    });
    expect(await room.roleOf(name('eve'))).toBeUndefined();
    const first = await accept(name('eve'), ids[0]!);
    expect(first).toMatchObject({ status: 200, body: { role: 'member' } });
    expect((await accept(name('eve'), ids[0]!)).body).toEqual(first.body);
    expect(await received(name('eve'))).toEqual([]);
    expect((await room.list())[0]).toMatchObject({ kind: 'direct', state: 'used_up', uses: 1, userIds: [name('eve')] });
    expect(toldSince(from)).toEqual([
      ['invitation:received', name('eve')],
      ['invitation:updated', name('eve'), 'bob'],
    ]);
  });

  it('is declined, and then accepted no more, until there is another', async () => {
    const { room, name } = await aRoom();
    const { ids } = await invite(room, [name('eve')]);
    expect(await decline(name('eve'), ids[0]!)).toMatchObject({ status: 200, body: { state: 'declined' } });
    expect((await decline(name('eve'), ids[0]!)).status).toBe(200);
    expect((await accept(name('eve'), ids[0]!)).body['code']).toBe('invitation.declined');
    expect(await received(name('eve'))).toEqual([]);
    const again = await invite(room, [name('eve')]);
    expect(again.results[0]!.status).toBe('invited');
    expect((await accept(name('eve'), again.ids[0]!)).status).toBe(200);
  });

  it('is withdrawn, and gone from the list', async () => {
    const { room, name } = await aRoom();
    const { ids } = await invite(room, [name('eve')]);
    const from = told.length;
    expect((await room.revoke('ada', ids[0]!)).body).toMatchObject({ state: 'revoked' });
    expect(toldSince(from)).toEqual([['invitation:updated', name('eve'), 'ada']]);
    expect(await received(name('eve'))).toEqual([]);
    expect((await accept(name('eve'), ids[0]!)).body['code']).toBe('invitation.revoked');
    expect((await decline(name('eve'), ids[0]!)).body['code']).toBe('invitation.revoked');
  });

  it('is nobody else’s: not of other users, not of whoever knows its id, and no link is accepted by its id', async () => {
    const { room, name } = await aRoom();
    const { ids } = await invite(room, [name('eve')]);
    const link = await room.link();
    for (const answer of [accept, decline]) {
      expect((await answer(name('fay'), ids[0]!)).body['code']).toBe('invitation.not_found');
      expect((await answer(name('fay'), link.id)).body['code']).toBe('invitation.not_found');
    }
    expect(await room.roleOf(name('fay'))).toBeUndefined();
  });

  it('stands once for a user and a conversation, by whomever and however often', async () => {
    const { room, name } = await aRoom();
    const replies = await Promise.all([1, 2, 3].map((at) => invite(room, [name('eve')], at % 2 ? 'ada' : 'bob')));
    expect(replies.map(({ results }) => results[0]!.status).sort()).toEqual([
      'already_invited',
      'already_invited',
      'invited',
    ]);
    expect(new Set(replies.map(({ ids }) => ids[0])).size).toBe(1);
    expect(await received(name('eve'))).toHaveLength(1);
  });

  it('is made once by a repeated key, also when it was declined since', async () => {
    const { room, name } = await aRoom();
    const options = { headers: { 'Idempotency-Key': someClientId() } };
    const first = await invite(room, [name('eve')], 'ada', {}, options);
    await decline(name('eve'), first.ids[0]!);
    const again = await invite(room, [name('eve')], 'ada', {}, options);
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(await received(name('eve'))).toEqual([]);
  });

  it('does not reach who has blocked the inviter, and the inviter sees no difference', async () => {
    const { room, name } = await aRoom();
    await block(name('eve'), 'bob');
    const from = told.length;
    const { status, results, ids } = await invite(room, [name('eve'), name('fay')], 'bob');
    expect([status, ...results.map((result) => result.status)]).toEqual([201, 'invited', 'invited']);
    expect(toldSince(from)).toEqual([['invitation:received', name('fay')]]);
    expect(await received(name('eve'))).toEqual([]);
    const [toFay, toEve] = await room.list('bob');
    const alike = ({ id: _, userIds: __, ...rest }: Record<string, unknown>) => rest;
    expect(alike(toEve!)).toEqual(alike(toFay!));
    expect((await accept(name('eve'), ids[0]!)).body['code']).toBe('invitation.not_found');
    const again = await invite(room, [name('eve'), name('fay')], 'bob');
    expect(again.results.map((result) => result.status)).toEqual(['already_invited', 'already_invited']);
    // It stands in nobody else's way.
    expect((await invite(room, [name('eve')], 'ada')).results[0]!.status).toBe('invited');
    expect(await received(name('eve'))).toHaveLength(1);
  });

  it('of somebody who was blocked since is not shown', async () => {
    const { room, name } = await aRoom();
    await invite(room, [name('eve')], 'bob');
    await block(name('eve'), 'bob');
    expect(await received(name('eve'))).toEqual([]);
  });

  it('is not made to who is banned, nor accepted by who was banned since, nor when the right to invite is gone', async () => {
    const { room, name } = await aRoom();
    const { ids } = await invite(room, [name('eve'), name('fay')], 'bob');
    await room.by('ada', 'banParticipant', { userId: name('eve') });
    expect((await invite(room, [name('eve')])).results[0]!.status).toBe('banned');
    expect((await accept(name('eve'), ids[0]!)).body['code']).toBe('participant.banned');
    await room.by('ada', 'changeRole', { userId: 'bob', role: 'member' });
    expect((await accept(name('fay'), ids[1]!)).body['code']).toBe('invitation.lapsed');
  });

  it('is accepted or declined, never both', async () => {
    for (let round = 0; round < 15; round++) {
      const { room, name } = await aRoom();
      const { ids } = await invite(room, [name('eve')]);
      const [accepted, declined] = await Promise.all([accept(name('eve'), ids[0]!), decline(name('eve'), ids[0]!)]);
      expect([accepted.status, declined.status].filter((status) => status === 200)).toHaveLength(1);
      expect((await room.roleOf(name('eve'))) === 'member').toBe(accepted.status === 200);
    }
  });
});
