/**
 * `npm run simulate -- [--seed <number>] [--ops <steps>] [--workers <number>] [--trace]`
 * The shipped code in worlds of its own making, where everything goes wrong that may: docs/adr/0015-simulator.md.
 * The same seed gives the same trace. A broken invariant is told with the seed of its world and the command that shows it again.
 */
import { parseArgs } from 'node:util';
import { main } from '#local/problem.ts';
import { simulate } from './campaign.ts';
import { bar } from './progress.ts';
import { reportOf } from './report.ts';

/** Steps of one world. */
const WORLD = 10_000;

await main(async () => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      ops: { type: 'string', default: '200000' },
      workers: { type: 'string', default: '2' },
      trace: { type: 'boolean', default: false },
    },
  });
  const seed = values.seed === undefined ? Math.floor(Date.now() / 1_000) % 1_000_000_000 : Number(values.seed);
  const ops = Number(values.ops);
  console.log(`seed ${seed}, ${ops} operations`);
  const shown = bar(ops);
  const report = await simulate({
    seed,
    ops,
    world: WORLD,
    workers: Math.min(Number(values.workers), Math.ceil(ops / WORLD)),
    trace: values.trace,
    progress: shown.update,
  });
  shown.stop();
  console.log(reportOf(report, WORLD));
  return report.failed ? 1 : 0;
});
