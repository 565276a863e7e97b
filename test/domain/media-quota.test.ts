import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  atHour,
  type Counter,
  DAY_HOURS,
  emptyCounter,
  excessOf,
  forgotten,
  type MediaLimits,
  reserved,
  settled,
  stepped,
  UNLIMITED,
} from '#domain/media-quota.ts';

const HOUR_MS = 3_600_000;
const LIMITS: MediaLimits = { bytes: 1_000, bytesPerDay: 400, pending: 5 };

type Act =
  | { readonly do: 'ask'; readonly bytes: number; readonly behind: number }
  | { readonly do: 'end'; readonly which: number; readonly end: 'ready' | 'rejected' | 'quarantined' | 'expired' }
  | { readonly do: 'forget'; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number };

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('ask' as const),
      bytes: fc.integer({ min: 1, max: 300 }),
      behind: fc.constantFrom(0, 0, 1),
    }),
    fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(),
      end: fc.constantFrom('ready' as const, 'rejected' as const, 'quarantined' as const, 'expired' as const),
    }),
    fc.record({ do: fc.constant('forget' as const), which: fc.nat() }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 10 * HOUR_MS }) }),
  ),
  { maxLength: 60 },
);

interface One {
  readonly bytes: number;
  readonly at: number;
  readonly hour: number;
}

describe('a counter', () => {
  it('says exactly what is there, and never lets in a byte too many: in all, in any 24 hours, at once', () => {
    fc.assert(
      fc.property(acts, (history) => {
        let at = 100 * 24 * HOUR_MS;
        let counter: Counter = emptyCounter(Math.floor(at / HOUR_MS));
        const pending: One[] = [];
        const ready: One[] = [];
        let carried: One[] = [];
        const pick = (list: One[], which: number): One | undefined =>
          list.splice(which % Math.max(1, list.length), 1)[0];
        for (const act of history) {
          if (act.do === 'wait') at += act.ms;
          else if (act.do === 'ask') {
            // A clock that is an hour behind.
            const seen = atHour(counter, Math.floor(at / HOUR_MS) - act.behind);
            const excess = excessOf(seen, act.bytes, LIMITS);
            if (excess) {
              const { resetsAt } = excess;
              if (resetsAt !== undefined)
                expect(excessOf(atHour(seen, Math.floor(resetsAt / HOUR_MS)), act.bytes, LIMITS)?.of).not.toBe('day');
              continue;
            }
            const one = { bytes: act.bytes, at, hour: seen.hour };
            counter = stepped(seen, reserved(act.bytes), seen.hour);
            pending.push(one);
            carried.push(one);
          } else if (act.do === 'end') {
            const one = pick(pending, act.which);
            if (!one) continue;
            counter = stepped(counter, settled(one.bytes, act.end), one.hour);
            if (act.end === 'ready') ready.push(one);
            if (act.end === 'expired') carried = carried.filter((other) => other !== one);
          } else {
            const one = pick(ready, act.which);
            if (one) counter = stepped(counter, forgotten(one.bytes), one.hour);
          }
          const sum = (list: readonly One[]): number => list.reduce((all, { bytes }) => all + bytes, 0);
          expect(counter).toMatchObject({
            held: sum(pending) + sum(ready),
            used: sum(ready),
            pending: pending.length,
            day: Object.values(counter.hours).reduce((all, bytes) => all + bytes, 0),
          });
          expect(counter.held).toBeLessThanOrEqual(LIMITS.bytes!);
          expect(counter.pending).toBeLessThanOrEqual(LIMITS.pending!);
          for (const { at: end } of carried)
            expect(
              sum(carried.filter((one) => one.at <= end && one.at > end - DAY_HOURS * HOUR_MS)),
            ).toBeLessThanOrEqual(LIMITS.bytesPerDay!);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('lets in exactly up to the limit, and says when there will be room', () => {
    const hour = 1_000;
    const full = stepped(emptyCounter(hour), reserved(400), hour);
    expect(excessOf(full, 0, LIMITS)).toBeUndefined();
    expect(excessOf(full, 1, LIMITS)).toEqual({ of: 'day', limit: 400, resetsAt: (hour + DAY_HOURS + 1) * HOUR_MS });
    expect(excessOf(full, 401, LIMITS)).toEqual({ of: 'day', limit: 400 });
    expect(excessOf(full, 601, LIMITS)).toEqual({ of: 'bytes', limit: 1_000 });
    expect(excessOf({ ...full, pending: 5 }, 1, LIMITS)).toEqual({ of: 'pending', limit: 5 });
    expect(excessOf(full, 1e15, UNLIMITED)).toBeUndefined();
    expect(atHour(full, hour - 1)).toEqual(full);
    expect(atHour(full, hour + DAY_HOURS)).toMatchObject({ day: 400 });
    expect(atHour(full, hour + DAY_HOURS + 1)).toMatchObject({ day: 0, hours: {}, held: 400 });
  });
});
