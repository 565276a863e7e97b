import { cpus, loadavg, release, totalmem } from 'node:os';
import { median, percentile } from '../row.ts';
import type { Figures } from './load.ts';

/** The machine a comparison was made on, and how busy it was. */
export const machineFacts = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
});

/** Processes that waited for a core in the last minute, on average: what else runs there is among them. */
export const load = (): number => Math.round(loadavg()[0]! * 100) / 100;

/** A middle figure and how far the runs were apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One room size of one peer, over all runs. */
export interface Comparison {
  readonly peer: string;
  readonly members: number;
  readonly runs: number;
  /** Milliseconds from send to seen by all, one message at a time, all runs together. */
  readonly seen: { readonly p50: number; readonly p99: number; readonly messages: number };
  /** Messages a second with several senders at once, until seen by all. */
  readonly rate: Spread;
  /** Sends that had to be said again because the server failed. */
  readonly repeated: number;
  /** Milliseconds of processor time of all of the server's processes. A delivery is a message at one member's socket. */
  readonly cpuPerMessage: Spread;
  readonly cpuPerDelivery: number;
  /** The same per part of the server, a message. */
  readonly parts: Readonly<Record<string, number>>;
}

const rounded = (value: number): number => Number(value.toPrecision(4));

/** The middle of some figures and their ends. */
export const spreadOf = (values: readonly number[]): Spread => ({
  median: rounded(median(values)),
  min: rounded(Math.min(...values)),
  max: rounded(Math.max(...values)),
});

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

/** What the runs of a peer at one size come to. */
export function comparisonOf(peer: string, members: number, runs: readonly Figures[]): Comparison {
  const seen = runs.flatMap((run) => run.seen);
  const cpuPerMessage = spreadOf(runs.map(({ cpu, messages }) => sum(Object.values(cpu)) / messages));
  const names = [...new Set(runs.flatMap(({ cpu }) => Object.keys(cpu)))];
  return {
    peer,
    members,
    runs: runs.length,
    seen: { p50: rounded(percentile(seen, 50)), p99: rounded(percentile(seen, 99)), messages: seen.length },
    rate: spreadOf(runs.map(({ messages, milliseconds }) => messages / (milliseconds / 1_000))),
    repeated: sum(runs.map(({ repeated }) => repeated)),
    cpuPerMessage,
    cpuPerDelivery: rounded(cpuPerMessage.median / members),
    parts: Object.fromEntries(
      names.map((name) => [name, rounded(median(runs.map(({ cpu, messages }) => (cpu[name] ?? 0) / messages)))]),
    ),
  };
}

const figure = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3 });

/** Rows of cells as a Markdown table, padded so that it reads in a terminal too. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** The table of a comparison. */
export const tableOfPeers = (comparisons: readonly Comparison[]): string =>
  markdownTable(
    ['Peer', 'N', 'seen by all p50, ms', 'p99, ms', 'messages/s (min to max)', 'CPU-ms/message', 'CPU-ms/delivery'],
    comparisons.map(({ peer, members, seen, rate, cpuPerMessage, cpuPerDelivery }) => [
      peer,
      String(members),
      figure(seen.p50),
      figure(seen.p99),
      `${figure(rate.median)} (${figure(rate.min)} to ${figure(rate.max)})`,
      figure(cpuPerMessage.median),
      figure(cpuPerDelivery),
    ]),
  );

/** The table of what each part of a server spends on a message, and how much memory it holds. */
export const tableOfParts = (
  comparisons: readonly Comparison[],
  memory: Readonly<Record<string, Readonly<Record<string, number>>>>,
): string => {
  const sizes = [...new Set(comparisons.map(({ members }) => members))];
  const rows = Object.entries(memory).flatMap(([peer, parts]) =>
    Object.entries(parts).map(([part, megabytes]) => [
      `${peer}: ${part}`,
      ...sizes.map((size) => {
        const found = comparisons.find((one) => one.peer === peer && one.members === size);
        return found === undefined ? '-' : figure(found.parts[part] ?? 0);
      }),
      figure(megabytes),
    ]),
  );
  return markdownTable(['CPU-ms a message', ...sizes.map((size) => `N = ${size}`), 'MB'], rows);
};
