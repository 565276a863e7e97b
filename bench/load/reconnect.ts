import { setTimeout as pause } from 'node:timers/promises';
import type { Tick } from '../progress.ts';
import type { Crowd } from './crowd.ts';

/** Milliseconds a client waits at most after its first failure; twice as long after each more, up to `LONGEST`. */
const FIRST_WAIT = 500;
const LONGEST = 10_000;

/** What became of a crowd that lost all its sockets at once. */
export interface Reconnect {
  readonly sockets: number;
  /** How many had a socket again in the end. */
  readonly back: number;
  /** Milliseconds until half, nearly all, and the last of them were back. */
  readonly p50: number;
  readonly p99: number;
  readonly last: number;
  /** Attempts that failed, by what was said. */
  readonly errors: Readonly<Record<string, number>>;
  /** The most attempts that were under way at once, and the most sockets opened in one second. */
  readonly underWay: number;
  readonly opensPerSecond: number;
}

/** What an error is counted as: its words without what differs from one to the next. */
export const kindOf = (error: unknown): string =>
  String(error instanceof Error ? error.message || error.name : error)
    .replace(/[0-9a-f]{8,}/gi, '…')
    .slice(0, 80);

/** The most of some moments (milliseconds) that lie within one second of each other. */
export function mostInASecond(moments: readonly number[]): number {
  const sorted = [...moments].sort((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (const [index, at] of sorted.entries()) {
    while (at - sorted[from]! >= 1_000) from++;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

/** Cuts all sockets at once; every client comes back at once, and after a failure again, ever later and not in step. */
export async function reconnectAll(crowd: Crowd, seconds: number, tick: Tick): Promise<Reconnect> {
  const seats = crowd.seats.filter(({ socket }) => socket !== undefined);
  crowd.cut();
  crowd.watch();
  const start = performance.now();
  const end = start + seconds * 1_000;
  const times: number[] = [];
  const errors: Record<string, number> = {};
  let underWay = 0;
  let most = 0;
  await Promise.all(
    seats.map(async (seat) => {
      for (let wait = FIRST_WAIT; performance.now() < end; wait = Math.min(2 * wait, LONGEST)) {
        most = Math.max(most, ++underWay);
        const error = await crowd.sit(seat).then(
          () => undefined,
          (reason: unknown) => kindOf(reason),
        );
        underWay -= 1;
        if (error === undefined) {
          times.push(performance.now() - start);
          return tick();
        }
        errors[error] = (errors[error] ?? 0) + 1;
        await pause(Math.random() * wait);
      }
    }),
  );
  times.sort((a, b) => a - b);
  const after = (share: number): number => times[Math.max(0, Math.ceil(share * times.length) - 1)] ?? Number.NaN;
  return {
    sockets: seats.length,
    back: times.length,
    p50: after(0.5),
    p99: after(0.99),
    last: after(1),
    errors,
    underWay: most,
    opensPerSecond: mostInASecond(times),
  };
}
