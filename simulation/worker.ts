import { ENV } from '#contract/environment.ts';
import { takeOver } from './engine/globals.ts';
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

Object.assign(process.env, {
  [ENV.table]: 'table',
  [ENV.socketsEndpoint]: 'https://sockets.sim/chat',
  [ENV.socketsUrl]: 'wss://sockets.sim/chat',
  [ENV.stragglersUrl]: 'https://sqs.sim/stragglers.fifo',
  [ENV.signingKey]: 'signing-key',
});
takeOver();

process.on('message', async ({ seed, by, ops, world, trace }: Task) => {
  const say = (message: object): Promise<void> =>
    new Promise((resolve) => process.send!(message, undefined, {}, () => resolve()));
  let done = 0;
  for (let next = seed; done < ops; next += by) {
    const outcome = await runWorld(next, world, trace ? (line) => process.stdout.write(`${line}\n`) : undefined);
    done += outcome.steps;
    await say({ outcome });
    if (outcome.violation) break;
  }
  await say({ cpu: process.cpuUsage() });
  process.disconnect();
});
