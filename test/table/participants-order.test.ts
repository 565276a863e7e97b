import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { documents, TransactionCanceledException } from '#aws/documents.ts';
import { timeOfClientId } from '#domain/client-id.ts';
import { scope } from '#table/entity.ts';
import { keyOfClientId } from '#table/log/client-id-key.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { commitMembership, counted, goes } from '#table/participants-commit.ts';
import { readRoom } from '#table/participants-room.ts';
import type { Reply } from '#test/support/call.ts';
import { someClientId } from '#test/support/conversations.ts';
import { anInvitingRoom, redeem } from '#test/support/invitations.ts';
import { aRoom } from '#test/support/participants.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const tenant = scope('acme');
const START = { ada: 'owner', olive: 'owner', bob: 'admin', cleo: 'member', dan: 'member' } as const;
type Room = Awaited<ReturnType<typeof aRoom>>;
type Headers = Readonly<Record<string, string>>;

/** Who is late has taken a number and then waits: what `meanwhile` does has greater numbers. */
interface Late {
  readonly before?: (room: Room) => Promise<unknown>;
  readonly actor: string;
  readonly act: (room: Room, headers: Headers) => Promise<Reply>;
  readonly meanwhile: readonly ((room: Room) => Promise<Reply>)[];
}

const by =
  (actor: string, ...[operation, input]: [Parameters<Room['by']>[1], Parameters<Room['by']>[2]?]) =>
  (room: Room, headers: Headers = {}) =>
    room.by(actor, operation, input, headers);
const add = (actor: string, userId: string) => (room: Room, headers?: Headers) => room.add(actor, [userId], headers);
const role = (actor: string, userId: string, to: string) => by(actor, 'changeRole', { userId, role: to });

const LATE: Readonly<Record<string, Late>> = {
  'a higher role, after a lower one': {
    actor: 'ada',
    act: role('ada', 'cleo', 'admin'),
    meanwhile: [role('olive', 'cleo', 'guest')],
  },
  'a lower role, after a higher one': {
    actor: 'ada',
    act: role('ada', 'cleo', 'guest'),
    meanwhile: [role('olive', 'cleo', 'admin')],
  },
  'a higher role, after a removal and a return': {
    actor: 'ada',
    act: role('ada', 'cleo', 'admin'),
    meanwhile: [by('olive', 'removeParticipant', { userId: 'cleo' }), by('cleo', 'joinConversation')],
  },
  'a removal, after a higher role': {
    actor: 'ada',
    act: by('ada', 'removeParticipant', { userId: 'cleo' }),
    meanwhile: [role('olive', 'cleo', 'admin')],
  },
  'removals, after a removal and a return': {
    actor: 'ada',
    act: by('ada', 'removeParticipants', { userIds: ['cleo', 'dan'] }),
    meanwhile: [by('olive', 'removeParticipant', { userId: 'cleo' }), add('olive', 'cleo')],
  },
  'an addition, after another and a removal': {
    actor: 'ada',
    act: add('ada', 'eve'),
    meanwhile: [add('olive', 'eve'), by('bob', 'removeParticipant', { userId: 'eve' })],
  },
  'an addition, after a ban that was lifted': {
    actor: 'ada',
    act: add('ada', 'eve'),
    meanwhile: [by('bob', 'banParticipant', { userId: 'eve' }), by('bob', 'unbanParticipant', { userId: 'eve' })],
  },
  'a joining, after another and a leaving': {
    actor: 'eve',
    act: by('eve', 'joinConversation'),
    meanwhile: [by('eve', 'joinConversation'), by('eve', 'leaveConversation')],
  },
  'a leaving, after another and a return': {
    actor: 'dan',
    act: by('dan', 'leaveConversation'),
    meanwhile: [by('dan', 'leaveConversation'), by('dan', 'joinConversation')],
  },
  'a ban, after another that was lifted': {
    actor: 'ada',
    act: by('ada', 'banParticipant', { userId: 'dan' }),
    meanwhile: [by('bob', 'banParticipant', { userId: 'dan' }), by('bob', 'unbanParticipant', { userId: 'dan' })],
  },
  'a ban, after a return': {
    actor: 'ada',
    act: by('ada', 'banParticipant', { userId: 'eve' }),
    meanwhile: [by('eve', 'joinConversation')],
  },
  'the lifting of a ban, after another and a new ban': {
    before: by('ada', 'banParticipant', { userId: 'dan' }),
    actor: 'ada',
    act: by('ada', 'unbanParticipant', { userId: 'dan' }),
    meanwhile: [by('olive', 'unbanParticipant', { userId: 'dan' }), by('bob', 'banParticipant', { userId: 'dan' })],
  },
  'an offer, after one that was withdrawn': {
    actor: 'ada',
    act: by('ada', 'offerOwnership', { userId: 'bob', stepDown: true }),
    meanwhile: [
      by('olive', 'offerOwnership', { userId: 'bob', stepDown: false }),
      by('bob', 'withdrawOwnership', { userId: 'bob' }),
    ],
  },
  'a withdrawal, after another and a new offer': {
    before: by('ada', 'offerOwnership', { userId: 'bob', stepDown: true }),
    actor: 'bob',
    act: by('bob', 'withdrawOwnership', { userId: 'bob' }),
    meanwhile: [
      by('olive', 'withdrawOwnership', { userId: 'bob' }),
      by('olive', 'offerOwnership', { userId: 'bob', stepDown: false }),
    ],
  },
  'an acceptance, after a lower role': {
    before: by('ada', 'offerOwnership', { userId: 'bob', stepDown: false }),
    actor: 'bob',
    act: by('bob', 'acceptOwnership'),
    meanwhile: [role('olive', 'bob', 'member')],
  },
};

/** Takes a number for an operation, as somebody who then waits before the change is written. */
async function takenBy(room: Pick<Room, 'conversationId'>, actor: string) {
  const operation = someClientId();
  const taken = await logOf(tenant, room.conversationId).take(
    { key: keyOfClientId(actor, operation), at: Date.now() },
    { floorBelow: timeOfClientId(operation) },
  );
  if (!taken.ok) throw new Error('no number was taken');
  return { seq: taken.seq, headers: { 'Idempotency-Key': operation } };
}

describe('who is late takes another number', () => {
  it.each(Object.entries(LATE))('%s', async (_, { before, actor, act, meanwhile }) => {
    const room = await aRoom(tenant, START);
    if (before) expect(await before(room)).toMatchObject({ status: 200 });
    const { seq, headers } = await takenBy(room, actor);
    for (const other of meanwhile) expect(await other(room)).toMatchObject({ status: 200 });
    const { status, body } = await act(room, headers);
    expect([status, body['code']]).toEqual([200, undefined]);
    expect((await logOf(tenant, room.conversationId).entry(seq))?.kind).toBe('void');
    await room.expectAsLogged();
    // The same operation once more changes nothing.
    expect((await act(room, headers)).status).toBe(200);
    expect(await logOf(tenant, room.conversationId).head()).toMatchObject({ seq: seq + meanwhile.length + 1 });
  });

  it('an entry by invitation, after another and a removal', async () => {
    const room = await anInvitingRoom(START);
    const link = await room.link();
    const { seq, headers } = await takenBy(room, 'eve');
    expect((await redeem('eve', link)).status).toBe(200);
    expect((await room.by('bob', 'removeParticipant', { userId: 'eve' })).status).toBe(200);
    expect(await redeem('eve', link, { headers })).toMatchObject({ status: 200, body: { seq: seq + 3 } });
    expect((await logOf(tenant, room.conversationId).entry(seq))?.kind).toBe('void');
    await room.expectAsLogged();
  });
});

it('who is overtaken between reading and writing changes nothing', async () => {
  const room = await aRoom(tenant, START);
  const { conversationId } = room;
  const { count, members } = await readRoom(tenant, conversationId, { members: ['dan'] });
  const entry = { u: 'ada', b: { type: 'text', text: 'late' }, a: 1, v: 1 } as const;
  const late = (seq: number) =>
    commitMembership(tenant, { conversationId, seq }, entry, [
      counted(tenant, { conversationId, seq }, count, { members: -1 }),
      goes(tenant, members.get('dan')!, seq),
    ]);
  const { seq } = await takenBy(room, 'ada');
  expect((await room.by('eve', 'joinConversation')).body['seq']).toBe(seq + 1);
  expect(await late(seq)).toBe('changed');
  expect(await late(seq + 2)).toBe('stored');
});

it.each([
  ['joins', by('eve', 'joinConversation')],
  ['is added', add('ada', 'eve')],
])('who meets others at every try and %s takes another number', async (_, act) => {
  const room = await aRoom(tenant, START);
  const conflict = new TransactionCanceledException({
    status: 400,
    answer: { CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }] },
  });
  const writing = vi.spyOn(documents, 'transactWrite');
  for (let attempt = 0; attempt < 6; attempt++) writing.mockRejectedValueOnce(conflict);
  expect((await act(room)).status).toBe(200);
  writing.mockRestore();
  const log = logOf(tenant, room.conversationId);
  expect([(await log.entry(2))?.kind, (await log.entry(3))?.kind]).toEqual(['void', 'message']);
  await room.expectAsLogged();
});

it('whatever is written in another order than it was numbered, or at once, ends as the log says', async () => {
  const someone = fc.constantFrom('bob', 'cleo', 'dan');
  const manager = fc.constantFrom('ada', 'olive', 'bob');
  const acts = fc.oneof(
    fc
      .tuple(manager, someone, fc.constantFrom('guest', 'member', 'admin'))
      .map(([actor, userId, to]) => ({ actor, act: role(actor, userId, to) })),
    fc.tuple(manager, someone).map(([actor, userId]) => ({ actor, act: by(actor, 'removeParticipant', { userId }) })),
    fc.tuple(manager, someone).map(([actor, userId]) => ({ actor, act: add(actor, userId) })),
    someone.map((actor) => ({ actor, act: by(actor, 'joinConversation') })),
    someone.map((actor) => ({ actor, act: by(actor, 'leaveConversation') })),
  );
  /** Each has a number in the order of the list, and is written in the round that is drawn for it, beside others. */
  const ROUNDS = [0, 1, 2, 3];
  const late = fc.tuple(acts, fc.constantFrom(...ROUNDS));
  await fc.assert(
    fc.asyncProperty(fc.array(late, { minLength: 3, maxLength: 8 }), async (drawn) => {
      const room = await aRoom(tenant, START);
      const all = [];
      for (const [{ actor, act }, round] of drawn) all.push({ act, round, taken: await takenBy(room, actor) });
      for (const now of ROUNDS)
        await Promise.all(all.filter(({ round }) => round === now).map(({ act, taken }) => act(room, taken.headers)));
      const log = logOf(tenant, room.conversationId);
      // What was refused, or was so already, never came to write at its number.
      for (const { taken } of all) if (!(await log.entry(taken.seq))) await log.void(taken.seq, Date.now());
      await room.expectAsLogged();
    }),
    { numRuns: 60 },
  );
});
