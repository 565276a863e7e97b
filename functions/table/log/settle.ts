import { floorAfterDrop, isDue, isOverfull, LIMITS, type Limits } from '#domain/sequence.ts';
import type { Entry, LogHead, LogStore } from './store.ts';

/**
 * Finds what lies at each of the numbers and gives old holes a void. Answers the entries by number; a number missing
 * from the answer is a young hole. `takenBy` is a time by which all of the numbers had been taken.
 */
export async function settle(
  log: LogStore,
  numbers: readonly number[],
  takenBy: number,
  { clock = Date.now, limits = LIMITS, force = false } = {},
): Promise<Map<number, Entry>> {
  const found = new Map<number, Entry>();
  if (numbers.length === 0) return found;
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  // Numbers of one generation are contiguous unless an import came between: then a range would read all of it.
  const entries =
    last - first < 4 * numbers.length + 100
      ? await log.entries(first, last)
      : (await Promise.all(numbers.map(log.entry))).filter((entry) => entry !== undefined);
  for (const entry of entries) found.set(entry.seq, entry);
  for (const seq of numbers.filter((number) => !found.has(number))) {
    // A later number was taken later: the earliest clock behind us bounds the hole's age from below.
    const takenAt = [...found.values()].reduce((at, entry) => (entry.seq > seq ? Math.min(at, entry.at) : at), takenBy);
    const now = clock();
    if (!force && now - takenAt < limits.holeAge) continue;
    await log.void(seq, now);
    const entry = await log.entry(seq);
    if (entry) found.set(seq, entry);
  }
  return found;
}

/**
 * Drops the older generation when the newer one is full: first every number in it is settled, so that a slow writer's
 * late put loses instead of meeting its own retry. False when there was nothing to do or it must be tried later.
 */
export async function forget(
  log: LogStore,
  head: LogHead,
  { clock = Date.now, limits = LIMITS }: { readonly clock?: () => number; readonly limits?: Limits } = {},
): Promise<boolean> {
  if (!isDue(head, limits)) return false;
  const numbers = Object.values(head.older);
  const settled = await settle(log, numbers, head.lastAt, { clock, limits, force: isOverfull(head, limits) });
  if (numbers.some((seq) => !settled.has(seq))) return false;
  return log.rotate({ generation: head.generation, floor: floorAfterDrop(head) });
}
