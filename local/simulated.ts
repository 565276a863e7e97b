import { join } from 'node:path';
import { lastLines, type Outcome, run } from './command.ts';
import { ROOT } from './instance.ts';
import { step } from './steps.ts';
import type { Counts } from './vitest.ts';

/** Operations that every `npm test` simulates. */
const OPERATIONS = 2_000_000;

/** What it leaves the processors to: tests that wait for services leave half of them idle. */
const BEHIND = 10;

/** The seed that every run begins with, so that what was seen is seen again; and one that is another every day. */
const seeds = (): number[] => [1, Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''))];

/**
 * Begins to simulate beside what else runs, one seed after the other. Answers what waits for the end and tells it; each seed
 * counts as a test.
 */
export function startSimulation(): () => Promise<Counts> {
  const wanted = seeds();
  let before: Promise<unknown> = Promise.resolve();
  const outcomes = wanted.map((seed) => {
    const args = ['--seed', String(seed), '--ops', String(OPERATIONS / wanted.length), '--workers', '1'];
    const outcome: Promise<Outcome> = before.then(() =>
      run(process.execPath, [join(ROOT, 'simulation/main.ts'), ...args], { cwd: ROOT, priority: BEHIND }),
    );
    before = outcome;
    return { seed, outcome };
  });
  return async () => {
    let failed = 0;
    for (const { seed, outcome } of outcomes)
      await step(`Simulation from seed ${seed}`, async ({ done }) => {
        const { code, output } = await outcome;
        if (code !== 0) failed += 1;
        done(lastLines(output, 2).replaceAll('\n', '  '));
        if (code !== 0) console.log(output);
      });
    return { passed: outcomes.length - failed, failed, skipped: 0 };
  };
}
