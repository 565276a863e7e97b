import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Meter } from '#bench/meter.ts';
import { MEMBER_CAP } from '#contract/conversations.ts';
import { scope } from '#table/entity.ts';
import { usedOnce } from '#table/invitation.ts';
import { readEntry } from '#table/invitation-entry.ts';
import { NUMBERS_A_PAGE } from '#table/invitation-uses.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { audienceOf } from '#table/member.ts';
import { comes, commitMembership, counted } from '#table/participants-commit.ts';
import { TABLE } from '#table/schema.ts';
import { denseLog } from '#test/support/conversations.ts';
import { anInvitingRoom, as, type Link, redeem } from '#test/support/invitations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
type Room = Awaited<ReturnType<typeof anInvitingRoom>>;

const stored = async (room: Room, { id }: Link) =>
  (await room.list()).find((shown) => shown['id'] === id) as { uses: number; maxUses: number | null; state: string };

/** What must hold at rest: as many uses as came, told one by one, never more than may; counts as items; a dense log. */
const expectExact = async (room: Room, link: Link, came: readonly string[]) => {
  const { uses, maxUses } = await stored(room, link);
  expect(uses).toBe(came.length);
  expect(uses).toBeLessThanOrEqual(maxUses ?? uses);
  expect([...(await room.uses(link.id))].sort()).toEqual([...came].sort());
  expect(await audienceOf(tenant, room.conversationId)).toHaveLength((await room.now()).members);
  await room.expectAsLogged();
};

describe('uses are exact', () => {
  it('however many come at once, and however often each asks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 2, maxLength: 10 }),
        async (maxUses, comers) => {
          const room = await anInvitingRoom({ ada: 'owner' });
          const link = await room.link('ada', { maxUses });
          const replies = await Promise.all(comers.map((comer) => redeem(`user${comer}`, link)));
          const different = new Set(comers).size;
          const came = new Set(replies.flatMap(({ status, body }) => (status === 200 ? [String(body['userId'])] : [])));
          expect(came.size).toBe(Math.min(maxUses, different));
          for (const { status, body } of replies) if (status !== 200) expect(body['code']).toBe('invitation.used_up');
          await expectExact(room, link, [...came]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('also while others leave and come back by it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.boolean()), { minLength: 3, maxLength: 12 }),
        async (steps) => {
          const room = await anInvitingRoom({ ada: 'owner' });
          const link = await room.link('ada', { maxUses: 4 });
          await Promise.all(
            steps.map(([user, comes_]) =>
              comes_ ? redeem(`user${user}`, link) : room.by(`user${user}`, 'leaveConversation'),
            ),
          );
          const { uses } = await stored(room, link);
          expect(uses).toBeLessThanOrEqual(4);
          expect(await room.uses(link.id)).toHaveLength(uses);
          const entries = await denseLog(logOf(tenant, room.conversationId));
          const joined = entries.filter(
            ({ kind, ...entry }) =>
              kind === 'message' && 'message' in entry && JSON.stringify(entry.message.b).includes(link.id),
          );
          expect(joined).toHaveLength(uses);
          expect(await audienceOf(tenant, room.conversationId)).toHaveLength((await room.now()).members);
          await room.expectAsLogged();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('and the cap of the conversation holds beside them', async () => {
    const room = await anInvitingRoom({ ada: 'owner' });
    const links = [await room.link(), await room.link()];
    await room.fill(MEMBER_CAP.group - 3);
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, index) => redeem(`user${index}`, links[index % 2]!)),
    );
    const refused = replies.filter(({ status }) => status !== 200);
    expect(refused.map(({ body }) => body['code'])).toEqual(Array.from({ length: 5 }, () => 'conversation.full'));
    expect((await room.now()).members).toBe(MEMBER_CAP.group);
  });
});

describe('what changes while somebody comes in', () => {
  it('counts: a link that is withdrawn lets nobody in afterwards', async () => {
    for (let round = 0; round < 15; round++) {
      const room = await anInvitingRoom({ ada: 'owner' });
      const link = await room.link();
      const [entry, revoked] = await Promise.all([redeem('eve', link), room.revoke('ada', link.id)]);
      expect(revoked.status).toBe(200);
      if (entry.status !== 200) expect(entry.body['code']).toBe('invitation.revoked');
      await expectExact(room, link, entry.status === 200 ? ['eve'] : []);
    }
  });

  it('counts: nobody comes in by a right that is gone, nor past a ban', async () => {
    for (let round = 0; round < 20; round++) {
      const room = await anInvitingRoom({ ada: 'owner', bob: 'admin' });
      const link = await room.link('bob');
      const [act, change, why] = (
        [
          [() => room.by('ada', 'changeRole', { userId: 'bob', role: 'member' }), 'role_changed', 'invitation.lapsed'],
          [() => room.by('bob', 'leaveConversation'), 'participant_left', 'invitation.lapsed'],
          [() => room.by('ada', 'banParticipant', { userId: 'eve' }), 'participant_banned', 'participant.banned'],
        ] as const
      )[round % 3]!;
      const [entry, done] = await Promise.all([redeem('eve', link), act()]);
      expect(done.status).toBe(200);
      const entries = await denseLog(logOf(tenant, room.conversationId));
      const kinds = entries.flatMap((one) =>
        one.kind === 'message' && one.message.b.type === 'system' ? [one.message.b.kind] : [],
      );
      expect(kinds.includes('participant_joined')).toBe(entry.status === 200);
      expect(kinds).toContain(change);
      if (entry.status !== 200) expect(entry.body['code']).toBe(why);
      if (why === 'participant.banned') expect(await room.roleOf('eve')).toBeUndefined();
    }
  });

  it('is noticed by the very commit: of a demotion, a removal, a ban, a withdrawal', async () => {
    const acts: readonly ((room: Room, link: Link) => Promise<unknown>)[] = [
      (room) => room.by('ada', 'changeRole', { userId: 'bob', role: 'member' }),
      (room) => room.by('ada', 'removeParticipant', { userId: 'bob' }),
      (room) => room.by('bob', 'leaveConversation'),
      (room) => room.by('ada', 'banParticipant', { userId: 'bob' }),
      (room) => room.by('ada', 'banParticipant', { userId: 'eve' }),
      (room, link) => room.revoke('ada', link.id),
    ];
    for (const act of acts) {
      const room = await anInvitingRoom({ ada: 'owner', bob: 'admin' });
      const link = await room.link('bob');
      const { conversationId } = room;
      const { invitation, count } = await readEntry(tenant, link.id, 'eve');
      await act(room, link);
      const entry = { u: 'eve', b: { type: 'text', text: 'late' }, a: 1, v: 1 } as const;
      const late = await commitMembership(tenant, { conversationId, seq: 99 }, entry, [
        usedOnce(tenant, invitation!, 99),
        counted(tenant, { conversationId, seq: 99 }, count, { members: 1, cap: 9, seen: count, steady: count }),
        comes(tenant, { conversationId, userId: 'eve', role: 'member', joinedAt: 1, joinedSeq: 99, addedBy: 'bob' }, 3),
      ]);
      expect(late).toBe('changed');
    }
  });

  it('of ownership handed over: the admin who was an owner gives no more what only an owner gives', async () => {
    const room = await anInvitingRoom({ ada: 'owner', bob: 'admin' });
    const link = await room.link('ada', { role: 'admin' });
    const { count } = await readEntry(tenant, link.id, 'eve');
    await room.by('ada', 'offerOwnership', { userId: 'bob' });
    await room.by('bob', 'acceptOwnership');
    expect((await readEntry(tenant, link.id, 'eve')).count.falls).not.toBe(count.falls);
    expect((await redeem('eve', link)).body['code']).toBe('invitation.lapsed');
  });
});

it('tells every use, in order, also when there are more than a page of them', async () => {
  const room = await anInvitingRoom({ ada: 'owner' });
  const link = await room.link();
  const comers = Array.from({ length: NUMBERS_A_PAGE + 5 }, (_, index) => `user${String(index).padStart(3, '0')}`);
  for (const comer of comers) expect((await redeem(comer, link)).status).toBe(200);
  const seen: string[] = [];
  let cursor: unknown;
  do {
    const place = { conversationId: room.conversationId, invitationId: link.id, limit: 30 };
    const { body } = await as('ada', 'listUses', { ...place, ...(cursor ? { cursor } : {}) });
    seen.push(...(body['items'] as { userId: string }[]).map(({ userId }) => userId));
    cursor = body['nextCursor'];
  } while (cursor);
  expect(seen).toEqual(comers);
});

it('costs ten write units, one of them for the index, and one more to take a direct one off its list', async () => {
  const room = await anInvitingRoom({ ada: 'owner' });
  const link = await room.link('ada', { maxUses: 50, userIds: Array.from({ length: 100 }, (_, at) => `user-${at}`) });
  expect((await redeem('user-1', link)).status).toBe(200);
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const meter = new Meter(client, [TABLE.byUser]).watchFunctions();
  expect((await redeem('user-2', link)).status).toBe(200);
  const calls = meter.take().filter(({ writes }) => writes > 0);
  const units = (metered: typeof calls) =>
    metered.map(({ operation, writes, indexWrites }) => [operation, writes, indexWrites]);
  expect(units(calls)).toEqual([
    ['UpdateItem', 1, 0],
    ['TransactWriteItems', 8, 1],
  ]);
  const { body } = await room.create('ada', { kind: 'direct', userIds: ['eve'] });
  const [{ invitationId = '' } = {}] = body['results'] as { invitationId: string }[];
  meter.take();
  expect((await as('eve', 'acceptInvitation', { invitationId })).status).toBe(200);
  expect(units(meter.take().filter(({ writes }) => writes > 0))).toEqual([
    ['UpdateItem', 1, 0],
    ['TransactWriteItems', 8, 1],
    ['DeleteItem', 1, 0],
  ]);
});
