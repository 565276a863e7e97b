import { spawn, spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Instance } from './instance.ts';
import { Problem } from './problem.ts';

const Recorded = z.object({
  name: z.string(),
  pid: z.int(),
  /** When the process began, as the system tells it: a later process with the same number has another one. */
  began: z.string(),
  log: z.string(),
});

/** A process that an instance started and may stop. It leads a process group of its own. */
export type Recorded = z.output<typeof Recorded>;

/** What to start: a program, its arguments and its whole environment. */
export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
}

const recordFile = (instance: Instance) => join(instance.directory, 'processes.json');

function beginningOf(pid: number): string | undefined {
  try {
    // Field 22 is the start time; the second field (the name) may hold spaces, so count from the last parenthesis.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
    return fields?.[0] === 'Z' ? undefined : fields?.[19];
  } catch {
    if (existsSync('/proc/self/stat')) return undefined;
    return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined;
  }
}

/** Whether that very process still runs. */
export const isAlive = (recorded: Recorded): boolean => beginningOf(recorded.pid) === recorded.began;

/** The processes of the instance that still run. */
export function running(instance: Instance): Recorded[] {
  const file = recordFile(instance);
  if (!existsSync(file)) return [];
  return z
    .array(Recorded)
    .parse(JSON.parse(readFileSync(file, 'utf8')))
    .filter(isAlive);
}

function record(instance: Instance, processes: readonly Recorded[]): void {
  writeFileSync(recordFile(instance), `${JSON.stringify(processes, null, 2)}\n`);
}

/** Starts a program in the background, its output in `<instance>/<name>.log`, and records it. */
export function start(instance: Instance, program: Program): Recorded {
  const log = join(instance.directory, `${program.name}.log`);
  const output = openSync(log, 'w');
  const child = spawn(program.command, program.args, {
    cwd: program.cwd,
    env: program.env,
    // Its own group: Ctrl-C in the terminal must not reach it before it was told to stop in order.
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.unref();
  if (child.pid === undefined)
    throw new Problem(`${program.command} could not be started: check that it may be executed.`);
  const recorded: Recorded = { name: program.name, pid: child.pid, began: beginningOf(child.pid) ?? '', log };
  record(instance, [...running(instance).filter((other) => other.name !== program.name), recorded]);
  return recorded;
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Stops these processes of the instance with all their children: SIGTERM, and SIGKILL for what is left after 10 s. */
export async function stop(instance: Instance, processes: readonly Recorded[]): Promise<void> {
  const mine = processes.filter(isAlive);
  for (const { pid } of mine) signalGroup(pid, 'SIGTERM');
  const deadline = Date.now() + 10_000;
  while (mine.some(({ pid }) => signalGroup(pid, 0)) && Date.now() < deadline) await sleep(50);
  for (const { pid } of mine) signalGroup(pid, 'SIGKILL');
  record(
    instance,
    running(instance).filter((left) => !mine.some(({ pid }) => pid === left.pid)),
  );
}

/** Raises a `Problem` when something listens on the port already. */
export async function expectFree(port: number, variable: string): Promise<void> {
  const taken = await new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
  if (taken) {
    throw new Problem(`Port ${port} is taken by another program: stop that one, or set ${variable} to a free port.`);
  }
}

/** Whether anything at the address answers HTTP, with whatever status. */
export async function answers(address: string): Promise<boolean> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(5000) });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/**
 * Waits until the address answers with a status that `healthy` accepts.
 * Raises a `Problem` with the log's last lines when the process ends first or `seconds` have passed.
 */
export async function untilHealthy(
  address: string,
  options: { readonly process?: Recorded; readonly seconds: number; readonly healthy?: (status: number) => boolean },
): Promise<void> {
  const deadline = Date.now() + options.seconds * 1000;
  const healthy = options.healthy ?? ((status: number) => status === 200);
  let last = 'no answer';
  while (Date.now() < deadline) {
    try {
      const response = await fetch(address, { signal: AbortSignal.timeout(5000) });
      await response.arrayBuffer();
      if (healthy(response.status)) return;
      last = `status ${response.status}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (options.process && !isAlive(options.process)) {
      throw new Problem(
        `The ${options.process.name} ended at once; its last lines say why (${options.process.log}):\n${tail(options.process.log)}`,
      );
    }
    await sleep(100);
  }
  const log = options.process ? `; its log is ${options.process.log}` : '';
  throw new Problem(`${address} was not healthy after ${options.seconds} s (${last})${log}.`);
}

/** The last lines of a log file. */
function tail(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-12).join('\n');
}
