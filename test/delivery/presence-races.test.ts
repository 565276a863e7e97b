/** What watchers were told last is what is there, whatever calls of whatever functions come between whose. */
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { transport } from '#aws/transport.ts';
import type { Presence } from '#contract/presence.ts';
import { forget } from '#delivery/post.ts';
import { scope } from '#table/entity.ts';
import { presencesFor } from '#table/presence.ts';
import { keepItems } from '#test/support/few-items.ts';
import { useLive } from '#test/support/live.ts';
import { peopleOf } from '#test/support/presence.ts';

const live = useLive();
const tenant = scope('acme');
const { send } = transport;
afterEach(() => {
  transport.send = send;
});

const USERS = ['ada', 'bob'] as const;
const WATCHERS = ['wanda', 'will'] as const;

/** What happens to a device again and again: it comes, comes anew beside itself, and ends in one way or the other. */
const device = fc.record({
  // Mostly the same, so that it is the same user's sockets that race.
  user: fc.oneof({ weight: 4, arbitrary: fc.constant(USERS[0]) }, { weight: 1, arbitrary: fc.constant(USERS[1]) }),
  life: fc.array(fc.constantFrom('goes', 'is gone', 'reconnects', 'stays'), { minLength: 1, maxLength: 3 }),
});
const watching = fc.record({ user: fc.constantFrom(...WATCHERS), times: fc.integer({ min: 1, max: 2 }) });
/** How long calls take, one after another: most are quick, and some are stalled while others do all their work. */
const delays = fc.infiniteStream(
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: 10, max: 40 }) },
  ),
);

/** Lets calls out one at a time, in the order of a time that only exists here. */
function virtualTime(draw: Iterator<number>) {
  const waiting: { readonly at: number; readonly go: () => void }[] = [];
  let now = 0;
  transport.send = async (url, request) => {
    await new Promise<void>((go) => waiting.push({ at: now + Number(draw.next().value), go }));
    return send(url, request);
  };
  return async (work: Promise<unknown>) => {
    let done = false;
    const end = work.finally(() => {
      done = true;
    });
    while (!done) {
      // Until whatever the last call set going has come to its next.
      for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
      const next = waiting.sort((a, b) => a.at - b.at).shift();
      now = next?.at ?? now;
      next?.go();
    }
    await end;
  };
}

it('is so in every order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(device, { minLength: 1, maxLength: 3 }),
      fc.uniqueArray(watching, { minLength: 1, maxLength: 2, selector: ({ user }) => user }),
      delays,
      async (devices, watchings, stream) => {
        keepItems(live.table);
        live.posts.length = 0;
        transport.send = send;
        const people = peopleOf('acme', (socket) =>
          live.posts.filter(({ connectionId }) => connectionId === socket).flatMap(({ events }) => events),
        );
        for (const watcher of WATCHERS) await people.comes(watcher);

        const untilDone = virtualTime(stream[Symbol.iterator]());
        const open = new Set<string>();
        const comes = async (user: string, socket: string) => {
          await people.comes(user, socket);
          open.add(socket);
        };
        const ends = (user: string, socket: string, how: 'goes' | 'is gone'): Promise<unknown> => {
          open.delete(socket);
          return how === 'goes'
            ? people.goes(user, socket)
            : forget(tenant, [{ userId: user, connectionId: socket, since: 0 }]);
        };
        const lives = devices.map(async ({ user, life }, index) => {
          // Nobody waits for the function that is told of an end.
          const ending: Promise<unknown>[] = [];
          let socket: string | undefined;
          for (const [turn, part] of life.entries()) {
            const before = socket;
            if (!before || part === 'reconnects') {
              socket = `${user}-${index}-${turn}=`;
              await comes(user, socket);
            }
            if (before && part === 'reconnects') ending.push(ends(user, before, 'goes'));
            if (part !== 'goes' && part !== 'is gone') continue;
            ending.push(ends(user, socket!, part));
            socket = undefined;
          }
          await Promise.all(ending);
        });
        const watches = watchings.map(async ({ user, times }) => {
          for (let time = 0; time < times; time++) await people.watches(user, USERS);
        });
        await untilDone(Promise.all([...lives, ...watches]));

        transport.send = send;
        for (const { user } of watchings) {
          const told = new Map<string, Presence>();
          for (const presence of people.told(`${user}=`)) told.set(presence.userId, presence);
          const look = await presencesFor(tenant, user, USERS);
          expect(USERS.map((one) => told.get(one))).toEqual(await look(Date.now()));
          for (const one of USERS)
            expect(told.get(one)!.online).toBe([...open].some((socket) => socket.startsWith(`${one}-`)));
        }
      },
    ),
    { numRuns: 200 },
  );
}, 180_000);
