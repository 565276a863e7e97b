import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { api } from '#contract/api.ts';
import { MOST_EVENTS } from '#contract/sync.ts';
import { handler as conversations } from '#functions/api/conversations/conversations.lambda.ts';
import { handler as participants } from '#functions/api/participants/participants.lambda.ts';
import { handler as sync } from '#functions/api/sync/sync.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { call } from '#test/support/call.ts';
import { aGroup, sendText } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useSockets } from '#test/support/sockets.ts';
import { speaker } from '#test/support/speaking.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
const tenant = scope('acme');
const { posts, connect } = useSockets(tenant);
const speak = speaker(posts);
afterEach(() => {
  vi.restoreAllMocks();
});

let runs = 0;
const ROOMS = 4;
/** What happens, in which of the conversations; `look` is the user's own. */
const steps = fc.array(
  fc.record({
    what: fc.constantFrom('say', 'say', 'say', 'add', 'remove', 'leave', 'look'),
    room: fc.nat(ROOMS - 1),
  }),
  { minLength: 1, maxLength: 20 },
);

interface Sync {
  readonly changed: { readonly conversationId: string; readonly seq: number }[];
  readonly conversationIds: string[] | null;
  readonly cursor: string;
}

it('GET /sync tells whatever moved, was joined or left since any cursor, and nothing else', async () => {
  let now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      runs += 1;
      const [ada, bob] = [`ada-${runs}`, `bob-${runs}`];
      const rooms = await Promise.all(Array.from({ length: ROOMS }, () => aGroup(tenant, [ada])));
      /** Rooms that bob is in, with the numbers that let him in; and how far each is. */
      const inside = new Map<string, number>();
      const seqs = new Map(rooms.map((room): [string, number] => [room, 1]));
      const ask = async (since?: string) =>
        (await call(sync, api.sync.getSync, since === undefined ? {} : { since }, { userId: bob }))
          .body as unknown as Sync;
      const state = () => ({ inside: new Map(inside), seqs: new Map(seqs) });
      const looks = [{ ...state(), cursor: (await ask()).cursor }];
      for (const { what, room: index } of history) {
        // Far apart: what moved at the time of a look does not come twice.
        now += 60_000;
        const conversationId = rooms[index]!;
        const isIn = inside.has(conversationId);
        const moved = () => seqs.set(conversationId, seqs.get(conversationId)! + 1).get(conversationId)!;
        if (what === 'say') {
          await sendText(logOf(tenant, conversationId), 'hello', { author: ada });
          moved();
        } else if (what === 'add' && !isIn) {
          const added = { conversationId, userIds: [bob] };
          await call(conversations, api.conversations.addParticipants, added, { userId: ada });
          inside.set(conversationId, moved());
        } else if (what === 'remove' && isIn) {
          const one = { conversationId, userId: bob };
          await call(participants, api.participants.removeParticipant, one, { userId: ada });
          inside.delete(conversationId);
          moved();
        } else if (what === 'leave' && isIn) {
          await call(participants, api.participants.leaveConversation, { conversationId }, { userId: bob });
          inside.delete(conversationId);
          moved();
        } else if (what === 'look') looks.push({ ...state(), cursor: (await ask()).cursor });
      }
      now += 60_000;
      for (const before of looks) {
        const { changed, conversationIds } = await ask(before.cursor);
        const wanted = [...inside.keys()].filter((room) => seqs.get(room) !== before.seqs.get(room));
        expect(changed.toSorted((a, b) => (a.conversationId < b.conversationId ? -1 : 1))).toEqual(
          wanted.toSorted().map((conversationId) => ({ conversationId, seq: seqs.get(conversationId) })),
        );
        const places = (rooms: ReadonlyMap<string, number>) => JSON.stringify([...rooms].sort());
        const same = places(inside) === places(before.inside);
        expect(conversationIds?.toSorted() ?? null).toEqual(same ? null : [...inside.keys()].sort());
      }
    }),
    { numRuns: 12 },
  );
});

it('resume gives what listing gives, from any cursors, in frames of 32 KB, however often it has to be said', async () => {
  runs += 1;
  const [ada, bob] = [`ada-${runs}`, `bob-${runs}`];
  const rooms = await Promise.all(Array.from({ length: ROOMS }, () => aGroup(tenant, [ada, bob])));
  await connect(bob);
  for (const [index, room] of rooms.entries())
    for (let count = 0; count < 5 + 8 * index; count++)
      await sendText(logOf(tenant, room), 'x'.repeat(count % 3 === 0 ? 9_000 : 10), { author: ada });
  const listed = new Map<string, unknown[]>();
  for (const conversationId of rooms) {
    const all: unknown[] = [];
    for (let [after, more] = [0, true]; more; ) {
      const input = { conversationId, after, limit: MOST_EVENTS };
      const { body } = await call(sync, api.sync.listEvents, input, { userId: bob });
      all.push(...(body['events'] as unknown[]));
      [after, more] = [body['seq'] as number, body['more'] as boolean];
    }
    listed.set(conversationId, all);
  }
  const cursors = fc.dictionary(fc.constantFrom(...rooms), fc.nat(30));
  await fc.assert(
    fc.asyncProperty(cursors, async (given) => {
      const start = Object.fromEntries(
        Object.entries(given).map(([room, after]) => [room, Math.min(after, listed.get(room)!.length)]),
      );
      const heard = new Map(Object.keys(start).map((room): [string, unknown[]] => [room, []]));
      let open: Record<string, number> = start;
      for (let round = 0; Object.keys(open).length > 0; round++) {
        expect(round).toBeLessThan(10);
        const told = await speak(bob, { action: 'resume', conversations: open });
        const places = told.filter((event) => event.type === 'sync:at' || event.type === 'sync:more');
        expect(places.map(({ conversationId }) => conversationId).sort()).toEqual(Object.keys(open).sort());
        for (const event of told)
          if (event.type === 'message:created' || event.type === 'participant:added')
            heard.get(event.conversationId)!.push(event);
        open = Object.fromEntries(
          places.filter(({ type }) => type === 'sync:more').map(({ conversationId, seq }) => [conversationId, seq]),
        );
      }
      for (const [room, events] of heard) expect(events).toEqual(listed.get(room)!.slice(start[room]));
    }),
    { numRuns: 12 },
  );
});
