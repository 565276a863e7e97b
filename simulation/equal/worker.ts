import { becomeWorld, report } from '../engine/process.ts';
import { planOf } from './plan.ts';
import { playSeed, playVirtually } from './sequence.ts';

/** What a worker is told to do: the sequences of `seed`, `seed + by` and so on, as many as `count`. */
export interface Task {
  readonly seed: number;
  readonly by: number;
  readonly count: number;
  /** Actions of one sequence, about. */
  readonly length: number;
  /** Tries to make a failure smaller. */
  readonly tries: number;
  /** Failures after which it stops. */
  readonly failures: number;
  readonly trace?: boolean;
}

becomeWorld();

process.on('message', async ({ seed, by, count, length, tries, failures, trace }: Task) => {
  let failed = 0;
  for (let index = 0; index < count && failed < failures; index++) {
    const next = seed + index * by;
    if (trace) await playVirtually(planOf(next, length), (line) => process.stdout.write(`${line}\n`));
    const played = await playSeed(next, length, tries);
    await report({ seed: next, played });
    if (played.failure !== undefined) failed++;
  }
  process.disconnect();
});
