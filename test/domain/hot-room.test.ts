import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHot } from '#domain/hot-room.ts';
import { headAfter } from '#test/support/heads.ts';

const NOW = Date.UTC(2026, 10, 21, 9, 30);
/** Times of messages so far apart, the last of them now. */
const every = (gap: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => NOW - (count - 1 - index) * gap);
const hotAt = (times: readonly number[]): boolean => isHot(headAfter(times), times.at(-1)!);

describe('a room is hot', () => {
  it('with five messages in the last second, not with four', () => {
    expect(hotAt([NOW - 999, NOW - 500, NOW - 200, NOW - 100, NOW])).toBe(true);
    expect(hotAt([NOW - 1_000, NOW - 500, NOW - 200, NOW - 100, NOW])).toBe(false);
    expect(hotAt([NOW])).toBe(false);
    expect(isHot({ recent: {}, older: {} }, NOW)).toBe(false);
  });

  it('never below two messages a second, and from the fifth message on at ten a second and above', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 500, max: 60_000 }), (count, gap) => {
        expect(hotAt(every(gap, count))).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 100 }), (count, gap) => {
        expect(hotAt(every(gap, count))).toBe(count >= 5);
      }),
    );
  });

  it('not for messages that were written long ago and arrive now', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2_000, max: 1_000_000 }), { maxLength: 30 }), (ages) => {
        expect(isHot(headAfter([...ages.map((age) => NOW - age), NOW]), NOW)).toBe(false);
      }),
    );
  });

  it('until what it left to the queue has gone out: nothing overtakes it', () => {
    const gap = fc.oneof(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 200, max: 900 }));
    fc.assert(
      fc.property(fc.array(gap, { minLength: 1, maxLength: 22 }), (gaps) => {
        const times: number[] = [];
        let at = NOW;
        let queuedUntil = 0;
        for (const next of gaps) {
          at += next;
          times.push(at);
          if (hotAt(times)) queuedUntil = at + 250;
          else expect(at).toBeGreaterThanOrEqual(queuedUntil);
        }
      }),
    );
  });
});
