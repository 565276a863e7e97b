import { readdirSync, readFileSync } from 'node:fs';

/** One process as `/proc/<pid>/stat` has it. */
export interface ProcessStat {
  readonly pid: number;
  readonly command: string;
  readonly parent: number;
  /** Milliseconds of processor time: its own, and that of children it has waited for. */
  readonly cpu: number;
}

/** Linux counts processor time for programs in hundredths of a second, whatever the kernel's own tick. */
const MS_PER_TICK = 10;

/** Reads a line of `/proc/<pid>/stat`. The command may hold spaces and parentheses. */
export function parseStat(line: string): ProcessStat {
  const open = line.indexOf('(');
  const close = line.lastIndexOf(')');
  const fields = line.slice(close + 2).split(' ');
  // Counted from the state, which is the third field of the manual: parent is 4, user and system time 14 and 15, children's 16 and 17.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return {
    pid: Number(line.slice(0, open)),
    command: line.slice(open + 1, close),
    parent: Number(fields[1]),
    cpu: ticks * MS_PER_TICK,
  };
}

/** The kilobytes of a line such as `Pss:   123 kB`; zero when it is not there. */
export const kilobytesOf = (name: string, text: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);

/** A process and all that came from it. */
export function treeOf(root: number, all: readonly ProcessStat[]): ProcessStat[] {
  const tree = all.filter(({ pid }) => pid === root);
  for (let index = 0; index < tree.length; index++)
    tree.push(...all.filter(({ parent }) => parent === tree[index]!.pid));
  return tree;
}

/** What runs now. */
export function allProcesses(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))];
      } catch {
        return []; // It has ended meanwhile.
      }
    });
}

/** Megabytes a process holds, what it shares with others counted in parts (PSS; RSS where that may not be read). */
export function megabytesOf(pid: number): number {
  try {
    return kilobytesOf('Pss', readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) / 1_024;
  } catch {
    try {
      return kilobytesOf('VmRSS', readFileSync(`/proc/${pid}/status`, 'utf8')) / 1_024;
    } catch {
      return 0;
    }
  }
}

/** Milliseconds of processor time that a tree has used, those of its ended processes included. */
export const cpuOf = (tree: readonly ProcessStat[]): number => tree.reduce((sum, { cpu }) => sum + cpu, 0);
