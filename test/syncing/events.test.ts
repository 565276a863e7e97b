import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Event } from '#contract/events.ts';
import { eventsAfter } from '#syncing/read-events.ts';
import { build, NOW, NOW_VERSION, numbersIn, type Plan, plans } from './log-world.ts';

beforeAll(() => {
  vi.spyOn(Date, 'now').mockReturnValue(NOW);
});
afterAll(() => {
  vi.restoreAllMocks();
});

const bounds = fc.record({ limit: fc.integer({ min: 1, max: 40 }), bytes: fc.constantFrom(1, 500, 5_000, 1_000_000) });

/** What is stored late tells that the hole before it is old, when nothing else does. */
const OLD_AND_LATE: Plan = {
  ...{ kinds: ['hole', 'late', 'hidden', 'text'], purged: 0, from: 1, young: 2 },
  dice: Array.from({ length: 60 }, () => 0),
};

describe('the events of a log', () => {
  it('come once each, in order and none beyond a young hole, whatever is asked for at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        plans,
        fc.nat(70),
        fc.array(bounds, { minLength: 1, maxLength: 5 }),
        async (plan, start, sizes) => {
          const world = build(plan);
          const kept = start === 0 ? world.firstSeq === 1 : start + 1 >= world.from && start <= world.size;
          let after = start;
          const told: number[] = [];
          for (let page = 0; ; page++) {
            const answer = await eventsAfter(world.reading, { after, ...sizes[page % sizes.length]! });
            for (const event of answer.events) {
              const parsed = Event.parse(event);
              if (parsed.type === 'message:updated') expect(parsed.patch.version).toBe(NOW_VERSION);
            }
            expect(answer.reset).toBe(!kept && page === 0);
            if (answer.reset) {
              expect(answer.events).toEqual([]);
              const { entries } = world.log;
              for (let seq = world.from; seq <= answer.seq; seq++) expect(entries.has(seq)).toBe(true);
              expect(answer.seq).toBeGreaterThanOrEqual(world.from - 1);
              if (answer.seq < world.size) expect(entries.has(answer.seq + 1)).toBe(false);
              return;
            }
            told.push(...numbersIn(answer.events));
            expect(answer.seq).toBeGreaterThanOrEqual(after);
            expect(Math.max(0, ...told)).toBeLessThanOrEqual(answer.seq);
            after = answer.seq;
            if (!answer.more) break;
            expect(page).toBeLessThan(200);
          }
          const end = world.endAfter(start);
          expect(told).toEqual(world.telling.filter((seq) => seq > start && seq <= end));
          expect(after).toBe(Math.max(start, world.from - 1, end));
        },
      ),
      { numRuns: 2_000, examples: [[OLD_AND_LATE, 0, [{ limit: 1, bytes: 1 }]]] },
    );
  });
});
