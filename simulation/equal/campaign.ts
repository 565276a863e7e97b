import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../bundle.ts';
import type { Played } from './sequence.ts';
import type { Task } from './worker.ts';

const HOME = join(import.meta.dirname, '..', '..', '.parley', 'simulation');

/** What came of many sequences. */
export interface Campaign {
  readonly played: number;
  /** Events that clients were told, by type. */
  readonly counts: Readonly<Record<string, number>>;
  /** Each with its seed, what differs, and the actions that lead there. */
  readonly failures: readonly string[];
}

/** Plays the sequences of so many seeds, each worker every so-manieth, until so many have failed. */
export async function playMany(
  { workers, ...task }: Omit<Task, 'by'> & { readonly workers: number },
  told: (seed: number) => void = () => undefined,
): Promise<Campaign> {
  mkdirSync(HOME, { recursive: true });
  const folder = mkdtempSync(join(HOME, 'equal-'));
  const counts: Record<string, number> = {};
  const failures: string[] = [];
  let played = 0;
  try {
    const file = join(folder, 'worker.mjs');
    await bundle(file, 'simulation/equal/worker.ts');
    const children = Array.from({ length: workers }, () => fork(file, { execArgv: ['--enable-source-maps'] }));
    await Promise.all(
      children.map(
        (child, index) =>
          new Promise<void>((resolve, reject) => {
            child.on('message', ({ seed, played: one }: { seed: number; played: Played }) => {
              played++;
              told(seed);
              for (const [type, count] of Object.entries(one.counts)) counts[type] = (counts[type] ?? 0) + count;
              if (one.failure === undefined) return;
              failures.push(`seed ${seed}: ${one.failure}`);
              if (failures.length >= task.failures) for (const other of children) if (other !== child) other.kill();
            });
            child.on('exit', (code, signal) =>
              code === 0 || signal === 'SIGTERM'
                ? resolve()
                : reject(new Error(`a worker ended with ${code ?? signal}`)),
            );
            const count = Math.ceil((task.count - index) / workers);
            child.send({ ...task, seed: task.seed + index, by: workers, count });
          }),
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { played, counts, failures };
}
