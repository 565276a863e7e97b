import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, latestOf, microsOf, quotaOf, type Rate, stepOf } from '#domain/rate-limit.ts';

const rates = fc.record({
  limit: fc.integer({ min: 1, max: 200 }),
  windowSeconds: fc.constantFrom(1, 10, 60),
  burst: fc.integer({ min: 1, max: 100 }),
});
/** Milliseconds between one attempt and the next: many at once, some pauses. */
const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 20_000 })), {
  minLength: 1,
  maxLength: 400,
});
const START = 1_795_000_000_000;
const RUNS = { numRuns: 1_000 };

/** The times (microseconds) of the attempts that were let in. */
const admitted = (rate: Rate, pauses: readonly number[]): number[] => {
  let at = START;
  let bucket: number | undefined;
  return pauses.flatMap((pause) => {
    at += pause;
    const after = admit(rate, bucket, microsOf(at));
    if (after === undefined) return [];
    bucket = after;
    return [microsOf(at)];
  });
};

/** The most times that lie in one window. */
const mostIn = (times: readonly number[], window: number): number => {
  let most = 0;
  for (let first = 0, last = 0; last < times.length; last++) {
    while (times[last]! - times[first]! > window) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
};

describe('a rate', () => {
  it('lets in at most limit and burst in any window', () => {
    fc.assert(
      fc.property(rates, gaps, (rate, pauses) => {
        const times = admitted(rate, pauses);
        expect(mostIn(times, rate.windowSeconds * 1_000_000)).toBeLessThanOrEqual(rate.limit + rate.burst);
        expect(mostIn(times, 0)).toBeLessThanOrEqual(rate.burst);
      }),
      RUNS,
    );
  });

  it('never refuses who keeps the pace', () => {
    fc.assert(
      fc.property(rates, gaps, (rate, pauses) => {
        const paced = pauses.map((pause) => pause + Math.ceil((rate.windowSeconds * 1_000) / rate.limit));
        expect(admitted(rate, paced)).toHaveLength(paced.length);
      }),
      RUNS,
    );
  });

  it('never refuses who keeps to the limit in every window, where the burst is as large', () => {
    fc.assert(
      fc.property(rates, gaps, (given, pauses) => {
        const rate = { ...given, burst: given.limit };
        const window = rate.windowSeconds * 1_000;
        const kept: number[] = [];
        let at = START;
        for (const pause of pauses) {
          at += pause;
          const earliest = kept.at(-rate.limit);
          // One more would be too many: wait until the window has passed.
          if (earliest !== undefined) at = Math.max(at, earliest + window);
          kept.push(at);
        }
        const waits = kept.map((time, index) => time - (kept[index - 1] ?? START));
        expect(admitted(rate, waits)).toHaveLength(kept.length);
      }),
      RUNS,
    );
  });

  it('lets in at the time it told the refused, and not a second before', () => {
    fc.assert(
      fc.property(rates, gaps, (rate, pauses) => {
        let at = START;
        let bucket: number | undefined;
        for (const pause of pauses) {
          at += pause;
          const now = microsOf(at);
          const after = admit(rate, bucket, now);
          const quota = quotaOf(rate, after ?? bucket!, now);
          if (after === undefined) {
            expect(quota.remaining).toBe(0);
            expect(quota.retryAfterSeconds).toBeGreaterThan(0);
            const told = now + quota.retryAfterSeconds * 1_000_000;
            expect(admit(rate, bucket, told)).toBeDefined();
            expect(admit(rate, bucket, told - 1_000_001)).toBeUndefined();
          } else {
            bucket = after;
          }
        }
      }),
      RUNS,
    );
  });

  it('tells how many more may be done at once', () => {
    fc.assert(
      fc.property(rates, gaps, (rate, pauses) => {
        const now = microsOf(START + pauses.reduce((sum, pause) => sum + pause, 0));
        const times = admitted(rate, pauses);
        let bucket = times.reduce<number | undefined>((before, time) => admit(rate, before, time), undefined)!;
        const { remaining, resetSeconds } = quotaOf(rate, bucket, now);
        expect(quotaOf(rate, bucket, now + resetSeconds * 1_000_000).remaining).toBe(rate.burst);
        let more = 0;
        for (let after = admit(rate, bucket, now); after !== undefined; after = admit(rate, bucket, now)) {
          bucket = after;
          more += 1;
        }
        expect(more).toBe(remaining);
      }),
      RUNS,
    );
  });

  it('is exact: sixty at once, and one more a second later', () => {
    const rate = { limit: 60, windowSeconds: 60, burst: 60 };
    const now = microsOf(START);
    expect(stepOf(rate)).toBe(1_000_000);
    expect(latestOf(rate, now)).toBe(now + 59_000_000);
    let bucket: number | undefined;
    for (let sent = 0; sent < 60; sent++) bucket = admit(rate, bucket, now);
    expect(admit(rate, bucket, now)).toBeUndefined();
    expect(admit(rate, bucket, now + 999_999)).toBeUndefined();
    expect(admit(rate, bucket, now + 1_000_000)).toBeDefined();
    expect(quotaOf(rate, bucket!, now)).toEqual({ ...rate, remaining: 0, resetSeconds: 60, retryAfterSeconds: 1 });
  });
});
