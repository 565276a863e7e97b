import { becomeWorld, report } from './engine/process.ts';
import { runWorld } from './run.ts';

/** What a worker is told to do: worlds of `seed`, `seed + by` and so on, until `ops` steps are done. */
interface Task {
  readonly seed: number;
  readonly by: number;
  readonly ops: number;
  /** Steps of one world. */
  readonly world: number;
  readonly trace: boolean;
}

becomeWorld();

process.on('message', async ({ seed, by, ops, world, trace }: Task) => {
  let done = 0;
  for (let next = seed; done < ops; next += by) {
    const outcome = await runWorld(next, world, trace ? (line) => process.stdout.write(`${line}\n`) : undefined);
    done += outcome.steps;
    await report({ outcome });
    if (outcome.violation) break;
  }
  await report({ cpu: process.cpuUsage() });
  process.disconnect();
});
