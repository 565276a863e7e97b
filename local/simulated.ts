import { simulate } from '#simulation/campaign.ts';
import { reportOf } from '#simulation/report.ts';
import { step } from './steps.ts';
import type { Counts } from './vitest.ts';

/** Operations that every `npm test` simulates, and those of one world. */
const [OPERATIONS, WORLD] = [2_000_000, 10_000];

/** The seed that every run begins with, so that what was seen is seen again; and one that is another every day. */
const seeds = (): number[] => [1, Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''))];

/** Simulates on two processors; each seed counts as a test. */
export async function simulated(): Promise<Counts> {
  let failed = 0;
  for (const seed of seeds())
    await step(`Simulation from seed ${seed}`, async ({ note, done }) => {
      const ops = OPERATIONS / seeds().length;
      const report = await simulate({
        ...{ seed, ops, world: WORLD, workers: 2 },
        progress: (steps) => note(`${Math.floor((100 * steps) / ops)} %`),
      });
      if (report.failed) failed += 1;
      done(reportOf(report, WORLD).split('\n').slice(-2).join('  '));
      if (report.failed) console.log(reportOf(report, WORLD));
    });
  return { passed: seeds().length - failed, failed, skipped: 0 };
}
