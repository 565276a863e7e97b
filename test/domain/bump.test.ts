import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Listener, mergedPlaces, toMoveUp, toSetApart } from '#domain/bump.ts';
import { MOST_TO_TELL } from '#domain/watermark.ts';

const listener = (over: Partial<Listener> = {}): Listener => ({
  userId: 'bob',
  readSeq: 5,
  bumped: 5,
  activityAt: 1_000,
  ...over,
});
const many = (count: number, over: Partial<Listener> = {}) =>
  Array.from({ length: count }, (_, index) => listener({ userId: `u${index}`, ...over }));

describe('whose list a message moves', () => {
  it('is theirs who acknowledged something since, and the sender’s once a minute', () => {
    const idle = listener();
    const reader = listener({ userId: 'cleo', readSeq: 6 });
    const sender = listener({ userId: 'ada' });
    expect(toMoveUp([idle, reader, sender], 'ada', 2_000)).toEqual([reader]);
    expect(toMoveUp([idle, reader, sender], 'ada', 61_000)).toEqual([reader, sender]);
  });

  it('is nobody’s in a large conversation, and everybody’s who has it among the large ones when it is large no more', () => {
    expect(toMoveUp(many(MOST_TO_TELL + 1, { readSeq: 9 }), 'u1', 1e9)).toEqual([]);
    const apart = listener({ userId: 'cleo', activityAt: undefined });
    expect(toMoveUp([listener(), apart], 'ada', 1)).toEqual([apart]);
    expect(toSetApart([...many(MOST_TO_TELL), apart])).toHaveLength(MOST_TO_TELL);
    expect(toSetApart(many(MOST_TO_TELL))).toEqual([]);
  });
});

describe('a list of which one part is read by pages and the other known as a whole', () => {
  const places = fc.uniqueArray(fc.nat(400), { maxLength: 60 });

  it('shows everything once and in order, whatever the pages are, and ends', () => {
    fc.assert(
      fc.property(
        places,
        places,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 3 }),
        (a, b, limit, less) => {
          const text = (n: number) => ({ place: String(n).padStart(4, '0') });
          const paged = a.map((n) => text(n * 2)).sort((x, y) => (x.place < y.place ? 1 : -1));
          const whole = b.map((n) => text(n * 2 + 1));
          const shown: string[] = [];
          let before: string | undefined;
          for (let page = 0; ; page++) {
            expect(page).toBeLessThan(200);
            const rest = paged.filter(({ place }) => before === undefined || place < before);
            // A query may bring less than was asked for, while there is more.
            const items = rest.slice(0, Math.max(1, limit - less));
            const merged = mergedPlaces({ items, more: rest.length > items.length }, whole, { before, limit });
            expect(merged.items.length).toBeLessThanOrEqual(limit);
            shown.push(...merged.items.map(({ place }) => place));
            if (!merged.more) break;
            before = merged.items.at(-1)?.place;
            expect(before).toBeDefined();
          }
          expect(shown).toEqual(
            [...paged, ...whole]
              .map(({ place }) => place)
              .sort()
              .reverse(),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
