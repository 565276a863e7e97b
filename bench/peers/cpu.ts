import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cpu } from './load.ts';
import { allProcesses, cpuOf, megabytesOf, type ProcessStat, treeOf } from './process-tree.ts';
import type { Part, RunningPeer } from './running.ts';

/** What the emulator runs functions as. */
const FUNCTIONS = 'Lambda functions';
const isFunction = ({ command }: ProcessStat): boolean => !command.startsWith('python');

/** The processes of a part; those of the emulator's functions are a part of their own. */
function processesOf(part: Part, all: readonly ProcessStat[]): Record<string, ProcessStat[]> {
  const tree = treeOf(part.pid, all);
  if (part.name !== 'Emulator') return { [part.name]: tree };
  const functions = tree.filter((process) => process.pid !== part.pid && isFunction(process));
  return { [part.name]: tree.filter((process) => !functions.includes(process)), [FUNCTIONS]: functions };
}

const partsOf = (peer: RunningPeer): Record<string, ProcessStat[]> => {
  const all = allProcesses();
  return Object.assign({}, ...peer.parts.map((part) => processesOf(part, all)));
};

const each = <T, R>(parts: Readonly<Record<string, T>>, work: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, work(value)]));

/** How much processor time the parts of a peer have used. */
export const cpuMeter =
  (peer: RunningPeer): Cpu =>
  () =>
    each(partsOf(peer), cpuOf);

/** Megabytes that each part of a peer holds now. */
export const memoryOf = (peer: RunningPeer): Record<string, number> =>
  each(partsOf(peer), (tree) => tree.reduce((sum, { pid }) => sum + megabytesOf(pid), 0));

/** Milliseconds of processor time a second that each part uses while nobody asks for anything. */
export async function idleCpu(peer: RunningPeer, seconds: number): Promise<Record<string, number>> {
  const meter = cpuMeter(peer);
  const before = meter();
  await pause(seconds * 1_000);
  return Object.fromEntries(
    Object.entries(meter()).map(([part, cpu]) => [part, Math.max(0, cpu - (before[part] ?? 0)) / seconds]),
  );
}

/** Keeps processes with all their threads on one core, and those they start from now on. Returns whether that could be done. */
export const pin = (pids: readonly number[], core: number): boolean =>
  pids.every((pid) => spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)]).status === 0);

/** The processes of a peer. */
export const pidsOf = (peer: RunningPeer): number[] =>
  Object.values(partsOf(peer)).flatMap((tree) => tree.map(({ pid }) => pid));
