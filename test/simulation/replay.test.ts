import { expect, it } from 'vitest';
import { simulate } from '#simulation/campaign.ts';

/** Few and small worlds: what is looked at is that they happen again. */
const plan = { seed: 11, ops: 12_000, world: 3_000, workers: 2 };

it('the same seed gives the same trace, in whatever company', { timeout: 300_000 }, async () => {
  const [first, again] = [await simulate(plan), await simulate({ ...plan, workers: 1 })];
  expect(first.failed).toBeUndefined();
  expect(first.worlds).toBeGreaterThan(2);
  for (const [seed, trace] of again.traces) if (first.traces.has(seed)) expect(first.traces.get(seed)).toBe(trace);
  const [alone] = (await simulate({ ...plan, seed: 12, ops: 1, workers: 1 })).traces;
  expect(alone).toEqual([12, first.traces.get(12)]);
});

it('other seeds are other worlds', { timeout: 300_000 }, async () => {
  const { traces } = await simulate(plan);
  expect(new Set(traces.values()).size).toBe(traces.size);
});
