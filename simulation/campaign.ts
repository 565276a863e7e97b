import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import type { Fault, Strikes } from './cloud/faults.ts';
import type { Outcome } from './run.ts';

/** How much is simulated, from which seed on. */
export interface Plan {
  readonly seed: number;
  readonly ops: number;
  /** Steps of one world. */
  readonly world: number;
  readonly workers: number;
  readonly trace?: boolean;
  /** Told after every world. */
  readonly progress?: (steps: number) => void;
}

/** What came of a campaign. `trace` is the same whenever the plan is. */
export interface Report {
  readonly steps: number;
  readonly worlds: number;
  /** By seed. */
  readonly traces: ReadonlyMap<number, number>;
  readonly trace: string;
  readonly struck: Strikes;
  readonly failed: Outcome | undefined;
  /** Milliseconds of processor, over all workers, and of the clock. */
  readonly cpu: number;
  readonly ms: number;
}

const HOME = join(import.meta.dirname, '..', '.parley', 'simulation');

type Told = { readonly outcome: Outcome } | { readonly cpu: NodeJS.CpuUsage };

/** Lets worlds live and die until so many steps are done or one of them breaks an invariant: each worker every so manyth seed. */
export async function simulate({ seed, ops, world, workers, progress, trace = false }: Plan): Promise<Report> {
  mkdirSync(HOME, { recursive: true });
  const folder = mkdtempSync(join(HOME, 'run-'));
  const started = Date.now();
  const outcomes: Outcome[] = [];
  let cpu = 0;
  try {
    const file = join(folder, 'worker.mjs');
    await bundle(file);
    const children = Array.from({ length: workers }, () => fork(file, { execArgv: ['--enable-source-maps'] }));
    const works = children.map(
      (child, index) =>
        new Promise<void>((resolve, reject) => {
          child.on('message', (told: Told) => {
            if ('cpu' in told) cpu += (told.cpu.user + told.cpu.system) / 1_000;
            else {
              outcomes.push(told.outcome);
              progress?.(outcomes.reduce((sum, { steps }) => sum + steps, 0));
              // One that is broken is enough.
              if (told.outcome.violation) for (const other of children) if (other !== child) other.kill();
            }
          });
          child.on('exit', (code, signal) =>
            code === 0 || signal === 'SIGTERM' ? resolve() : reject(new Error(`a worker ended with ${code ?? signal}`)),
          );
          child.send({ seed: seed + index, by: workers, ops: Math.ceil(ops / workers), world, trace });
        }),
    );
    await Promise.all(works);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  outcomes.sort((a, b) => a.seed - b.seed);
  const struck: Strikes = {};
  for (const outcome of outcomes)
    for (const [fault, times] of Object.entries(outcome.struck) as [Fault, number][])
      struck[fault] = (struck[fault] ?? 0) + times;
  const sum = outcomes.reduce((hash, outcome) => Math.imul(hash ^ outcome.trace, 0x01000193) >>> 0, 0x811c9dc5);
  return {
    steps: outcomes.reduce((total, { steps }) => total + steps, 0),
    worlds: outcomes.length,
    traces: new Map(outcomes.map((outcome) => [outcome.seed, outcome.trace])),
    trace: sum.toString(16).padStart(8, '0'),
    struck,
    failed: outcomes.find(({ violation }) => violation),
    cpu,
    ms: Date.now() - started,
  };
}
