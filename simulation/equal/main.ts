/**
 * `npm run simulate:equal -- [--seed <number>] [--count <sequences>] [--length <actions>] [--workers <number>] [--failures <number>] [--trace]`
 * Random sequences of everything that users do, after which each device is to show what one that has just started shows.
 * A difference is told with its seed and the fewest actions that lead to it.
 */
import { parseArgs } from 'node:util';
import { main } from '#local/problem.ts';
import { playMany } from './campaign.ts';
import { EVENT_TYPES } from './tally.ts';

await main(async () => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '1000' },
      length: { type: 'string', default: '16' },
      workers: { type: 'string', default: '1' },
      tries: { type: 'string', default: '200' },
      failures: { type: 'string', default: '1' },
      trace: { type: 'boolean', default: false },
    },
  });
  const started = Date.now();
  const { played, counts, failures } = await playMany({
    seed: Number(values.seed),
    count: Number(values.count),
    length: Number(values.length),
    workers: Number(values.workers),
    tries: Number(values.tries),
    failures: Number(values.failures),
    trace: values.trace,
  });
  for (const type of EVENT_TYPES) console.log(`${String(counts[type] ?? 0).padStart(9)} ${type}`);
  console.log(`${played} sequences, ${((Date.now() - started) / 1_000).toFixed(1)} s`);
  for (const failure of failures) console.log(failure);
  return failures.length === 0 ? 0 : 1;
});
