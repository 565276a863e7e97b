import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WATCH_MINUTES } from '#contract/presence.ts';
import { planWatch, shownPresence, type Watched } from '#domain/presence.ts';

const users = fc.uniqueArray(fc.constantFrom('ada', 'bob', 'cleo', 'dora', 'eve'), { maxLength: 5 });
const MINUTE = 60_000;

describe('what a socket’s watch writes', () => {
  it('is what it takes to watch exactly those, for ten minutes at least, after any sequence', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ wanted: users, after: fc.integer({ min: 0, max: 20 * MINUTE }) }), { maxLength: 20 }),
        (steps) => {
          /** What lies in the table. */
          const leases = new Map<string, number>();
          let watched: Watched = {};
          let at = 1_000_000;
          for (const { wanted, after } of steps) {
            at += after;
            const plan = planWatch(watched, wanted, at);
            for (const userId of plan.write) leases.set(userId, plan.until);
            for (const userId of plan.drop) leases.delete(userId);
            watched = plan.after;
            const living = [...leases].filter(([, until]) => until > at).map(([userId]) => userId);
            expect(living.sort()).toEqual([...wanted].sort());
            for (const userId of wanted) {
              expect(leases.get(userId)! - at).toBeGreaterThanOrEqual(WATCH_MINUTES * MINUTE);
              expect(leases.get(userId)).toBe(watched[userId]);
            }
          }
        },
      ),
    );
  });

  it('is nothing when the same is said again within minutes', () => {
    const { after } = planWatch({}, ['ada', 'bob'], 0);
    expect(planWatch(after, ['bob', 'ada'], 4 * MINUTE)).toMatchObject({ write: [], drop: [], after });
    expect(planWatch(after, ['bob', 'cleo'], 4 * MINUTE)).toMatchObject({ write: ['cleo'], drop: ['ada'] });
    expect(planWatch(after, ['ada', 'bob'], 6 * MINUTE).write).toEqual(['ada', 'bob']);
  });
});

describe('how somebody is shown', () => {
  const bob = { userId: 'bob', online: false, lastSeenAt: 1_000 };
  it('is when they were last there, to those whom they let know', () => {
    expect(shownPresence(bob, false)).toEqual({ userId: 'bob', online: false, lastSeenAt: '1970-01-01T00:00:01.000Z' });
    expect(shownPresence(bob, true)).toEqual({ userId: 'bob', online: false, lastSeenAt: null });
    expect(shownPresence({ ...bob, lastSeenAt: null }, false).lastSeenAt).toBe(null);
  });

  it('is without it while they are there', () => {
    expect(shownPresence({ ...bob, online: true }, false)).toEqual({ userId: 'bob', online: true, lastSeenAt: null });
  });
});
