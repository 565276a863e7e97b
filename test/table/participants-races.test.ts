import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { MEMBER_CAP } from '#contract/conversations.ts';
import type { Role } from '#domain/roles.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { audienceOf } from '#table/member.ts';
import { MemberCountEntity } from '#table/member-count.ts';
import { comes, commitMembership, counted, goes, stillIs } from '#table/participants-commit.ts';
import { readRoom } from '#table/participants-room.ts';
import { tableName } from '#table/table-name.ts';
import { denseLog } from '#test/support/conversations.ts';
import { aRoom } from '#test/support/participants.ts';
import { type Attempt, attempts, RolesModel } from '#test/support/roles-model.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const tenant = scope('acme');
type Room = Awaited<ReturnType<typeof aRoom>>;

/** An attempt of the model through the Lambda handler. */
const make = (room: Room, attempt: Attempt) => {
  const { does, actor } = attempt;
  switch (does) {
    case 'leave':
      return room.by(actor, 'leaveConversation');
    case 'join':
      return room.by(actor, 'joinConversation');
    case 'accept':
      return room.by(actor, 'acceptOwnership');
    case 'remove':
      return room.by(actor, 'removeParticipant', { userId: attempt.target });
    case 'ban':
      return room.by(actor, 'banParticipant', { userId: attempt.target });
    case 'unban':
      return room.by(actor, 'unbanParticipant', { userId: attempt.target });
    case 'withdraw':
      return room.by(actor, 'withdrawOwnership', { userId: attempt.target });
    case 'offer':
    case 'share':
      return room.by(actor, 'offerOwnership', { userId: attempt.target, stepDown: does === 'offer' });
    case 'role':
      return room.by(actor, 'changeRole', { userId: attempt.target, role: attempt.role });
  }
};

const USERS = ['ada', 'bob', 'cleo', 'dan', 'eve'] as const;
const START = { ada: 'owner', bob: 'admin', cleo: 'admin', dan: 'member' } as const;

/** What must hold of any room at rest: the counts are those of the items, an owner is there, nobody is in and remembered. */
const expectSound = async (room: Room, users: readonly string[] = USERS): Promise<Record<string, Role>> => {
  const { members, standings, count } = await readRoom(tenant, room.conversationId, {
    members: users,
    standings: users,
  });
  expect(await audienceOf(tenant, room.conversationId)).toHaveLength(count.members);
  expect(members.size).toBe(count.members);
  expect([...members.values()].filter(({ role }) => role === 'owner')).toHaveLength(count.owners);
  expect(count.owners).toBeGreaterThanOrEqual(1);
  expect([...standings.keys()].filter((user) => members.has(user))).toEqual([]);
  await room.expectAsLogged();
  return Object.fromEntries([...members.values()].map(({ userId, role }) => [userId, role]));
};

describe('changes of membership', () => {
  it('one after another do what the rules say, refusal by refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attempts(USERS, USERS), { minLength: 4, maxLength: 14 }), async (tried) => {
        const room = await aRoom(tenant, START);
        const model = new RolesModel('channel', START);
        for (const attempt of tried) {
          const refusal = model.attempt(attempt);
          const { status, body } = await make(room, attempt);
          expect([attempt, refusal?.code ?? status]).toEqual([attempt, refusal ? body['code'] : 200]);
        }
        expect(await expectSound(room)).toEqual(Object.fromEntries(model.roles));
      }),
      { numRuns: 40 },
    );
  });

  it('all at once leave counts that are exact, an owner, and a dense log', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attempts(USERS, USERS), { minLength: 2, maxLength: 6 }), async (tried) => {
        const room = await aRoom(tenant, { ...START, bob: 'owner', eve: 'guest' });
        await Promise.all(tried.map((attempt) => make(room, attempt)));
        await expectSound(room);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what was read before it changed', () => {
  const entry = { u: 'bob', b: { type: 'text', text: 'late' }, a: 1, v: 1 } as const;

  it('gives no power: not a role that was taken away and given back, nor one that is gone', async () => {
    const room = await aRoom(tenant, START);
    const { conversationId } = room;
    const { members } = await readRoom(tenant, conversationId, { members: ['bob', 'dan'] });
    const late = () =>
      commitMembership(tenant, { conversationId, seq: 9 }, entry, [
        stillIs(tenant, members.get('bob')!),
        counted(tenant, { conversationId, seq: 9 }, {}, { members: -1 }),
        goes(tenant, members.get('dan')!, 9),
      ]);
    await room.by('ada', 'changeRole', { userId: 'bob', role: 'member' });
    expect(await late()).toBe('changed');
    await room.by('ada', 'changeRole', { userId: 'bob', role: 'admin' });
    expect(await late()).toBe('changed');
    expect(await room.now()).toMatchObject({ roles: START, members: 4 });
  });

  it('lets nobody in past a ban', async () => {
    const room = await aRoom(tenant, START);
    const { conversationId } = room;
    const { count } = await readRoom(tenant, conversationId, { members: [] });
    await room.by('bob', 'banParticipant', { userId: 'eve' });
    const late = await commitMembership(tenant, { conversationId, seq: 9 }, entry, [
      counted(tenant, { conversationId, seq: 9 }, count, { members: 1, cap: 9, seen: count }),
      comes(tenant, { conversationId, userId: 'eve', role: 'member', joinedAt: 1, joinedSeq: 9, addedBy: 'eve' }, 5),
    ]);
    expect(late).toBe('changed');
    await expectSound(room);
  });
});

describe('races', () => {
  it('of owners who all go at once, whatever the way, keep one', async () => {
    const away = fc.constantFrom('leaveConversation' as const, 'changeRole' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(away, { minLength: 2, maxLength: 4 }), async (ways) => {
        const owners = USERS.slice(0, ways.length);
        const room = await aRoom(tenant, Object.fromEntries(owners.map((user) => [user, 'owner' as const])));
        const replies = await Promise.all(
          ways.map((way, index) =>
            room.by(owners[index]!, way, way === 'changeRole' ? { userId: owners[index], role: 'member' } : {}),
          ),
        );
        const refused = replies.filter(({ status }) => status !== 200);
        expect(refused.map(({ body }) => body['code'])).toEqual(['participant.last_owner']);
        await expectSound(room);
      }),
      { numRuns: 40 },
    );
  });

  it('of a demotion with what the demoted does: nobody acts by a role that is gone', async () => {
    for (let round = 0; round < 20; round++) {
      const room = await aRoom(tenant, START);
      const [, removal] = await Promise.all([
        room.by('ada', 'changeRole', { userId: 'bob', role: 'member' }),
        room.by('bob', 'removeParticipant', { userId: 'dan' }),
      ]);
      const entries = await denseLog(logOf(tenant, room.conversationId));
      const kinds = entries.flatMap((entry) =>
        entry.kind === 'message' && entry.message.b.type === 'system' ? [entry.message.b.kind] : [],
      );
      expect(kinds.includes('participants_removed')).toBe(removal.status === 200);
      if (removal.status !== 200) expect(removal.body['code']).toBe('participant.forbidden');
      await expectSound(room);
    }
  });

  it('of a ban with joining and adding: nobody is in and banned', async () => {
    for (let round = 0; round < 25; round++) {
      const room = await aRoom(tenant, START);
      await Promise.all([
        room.by('bob', 'banParticipant', { userId: 'eve' }),
        round % 2 ? room.by('eve', 'joinConversation') : room.add('ada', ['eve']),
      ]);
      const roles = await expectSound(room);
      expect(roles['eve']).toBeUndefined();
    }
  });

  it('of many who join a channel that is nearly full fill it and no more', async () => {
    const room = await aRoom(tenant, START);
    const taken = MEMBER_CAP.channel - 3;
    await documents.update({
      TableName: tableName(),
      Key: MemberCountEntity.key(tenant, room.conversationId),
      UpdateExpression: 'SET #members = :taken',
      ExpressionAttributeNames: { '#members': 'members' },
      ExpressionAttributeValues: { ':taken': taken },
    });
    const crowd = Array.from({ length: 7 }, (_, index) => `user${index}`);
    const replies = await Promise.all(crowd.map((user) => room.by(user, 'joinConversation')));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 409, 409, 409, 409]);
    expect(replies.filter(({ status }) => status === 409).map(({ body }) => body['code'])).toEqual(
      Array.from({ length: 4 }, () => 'conversation.full'),
    );
    expect((await room.now()).members).toBe(MEMBER_CAP.channel);
    expect(await audienceOf(tenant, room.conversationId)).toHaveLength(4 + 3);
    await room.expectAsLogged();
  });
});
