import { settle } from '#table/log/settle.ts';
import type { Entry, LogHead, LogStore } from '#table/log/store.ts';

/** Numbers behind a stretch that ends with a hole, one of which tells how old it is. */
const FURTHER = 10;

/** A stretch of a log. */
export interface Stretch {
  /** What lies there, by number; voids and what is no longer kept are not among it. */
  readonly entries: readonly Exclude<Entry, { readonly kind: 'void' }>[];
  /** Up to here everything is settled: `last`, or the number before a young hole. */
  readonly end: number;
}

/**
 * The entries from `first` to `last`, but none beyond an unsettled number. Only numbers that the head remembers can be
 * unsettled; an old hole gets its void on the way. `head` was read before, consistently, and `last` lies within it.
 */
export async function settledEntries(log: LogStore, head: LogHead, first: number, last: number): Promise<Stretch> {
  const found = new Map((await log.entries(first, last)).map((entry) => [entry.seq, entry]));
  const missing = [...Object.values(head.recent), ...Object.values(head.older)].filter(
    (seq) => seq >= first && seq <= last && !found.has(seq),
  );
  let end = last;
  if (missing.length > 0) {
    const settled = await settle(
      log,
      missing,
      await takenBy(log, head, [...found.values()], Math.max(...missing), last),
    );
    // Somebody may have stored one meanwhile: then it is to be told like the others.
    for (const seq of missing) if (settled.has(seq)) found.set(seq, settled.get(seq)!);
    end = Math.min(last, ...missing.filter((seq) => !settled.has(seq)).map((seq) => seq - 1));
  }
  const entries = [...found.values()]
    .filter((entry) => entry.kind !== 'void' && entry.seq <= end)
    .sort((a, b) => a.seq - b.seq);
  return { entries: entries as Stretch['entries'], end };
}

/** A time (ms) by which a number had been taken: numbers behind it were taken later. */
async function takenBy(
  log: LogStore,
  head: LogHead,
  found: readonly Entry[],
  number: number,
  last: number,
): Promise<number> {
  const behind = found.filter(({ seq }) => seq > number);
  const further = behind.length > 0 ? behind : await log.entries(last + 1, Math.min(head.seq, last + FURTHER));
  return Math.min(head.lastAt, ...further.map(({ at }) => at));
}

/** The number up to which everything from `first` on is settled: a snapshot that is taken from now on shows all of it. */
export async function settledSeq(log: LogStore, head: LogHead, first: number): Promise<number> {
  const numbers = [...Object.values(head.recent), ...Object.values(head.older)].filter((seq) => seq >= first);
  const settled = await settle(log, numbers, head.lastAt);
  return Math.min(head.seq, ...numbers.filter((seq) => !settled.has(seq)).map((seq) => seq - 1));
}
