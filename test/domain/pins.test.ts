import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MOST_PINS, type Pin, pinned, reordered, unpinned } from '#domain/pins.ts';
import { Refusal } from '#domain/refusal.ts';

const at = (m: number): Pin => ({ m, n: m + 100, u: 'ada', a: m });

it('are never more than fifty, never twice the same message, and lose none that nobody took away', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('pin' as const), m: fc.nat({ max: 70 }) }),
    fc.record({ kind: fc.constant('pin' as const), m: fc.nat({ max: 70 }) }),
    fc.record({ kind: fc.constant('unpin' as const), m: fc.nat({ max: 70 }) }),
    fc.record({ kind: fc.constant('order' as const), order: fc.array(fc.nat({ max: 70 }), { maxLength: 5 }) }),
  );
  fc.assert(
    fc.property(fc.nat({ max: MOST_PINS }), fc.array(step, { maxLength: 50 }), (first, steps) => {
      let pins: readonly Pin[] = Array.from({ length: first }, (_, m) => at(m));
      let model = pins.map(({ m }) => m);
      for (const one of steps) {
        const next =
          one.kind === 'pin'
            ? pinned(pins, at(one.m))
            : one.kind === 'unpin'
              ? unpinned(pins, one.m)
              : reordered(pins, one.order);
        if (one.kind === 'pin') {
          const full = model.length >= MOST_PINS && !model.includes(one.m);
          expect(next instanceof Refusal).toBe(full);
          if (!full) model = [one.m, ...model.filter((m) => m !== one.m)];
        } else if (one.kind === 'unpin') model = model.filter((m) => m !== one.m);
        else {
          const unknown = one.order.some((m) => !model.includes(m));
          expect(next instanceof Refusal).toBe(unknown);
          if (!unknown) model = [...new Set([...one.order, ...model])];
        }
        if (!(next instanceof Refusal)) pins = next;
        expect(pins.map(({ m }) => m)).toEqual(model);
        expect(pins.length).toBeLessThanOrEqual(MOST_PINS);
      }
    }),
    { numRuns: 1_000 },
  );
});
