import { SearchRefused } from '#gateways/search/request.ts';
import { removeTombstones } from '#gateways/search/tombstones.ts';
import { indexState } from '#table/search-index.ts';

/** Milliseconds for which a tombstone is kept: the stream forgets its records after one day, and what is parked is read anew. */
const KEPT_MS = 7 * 86_400_000;

/**
 * Removes tombstones for which nothing can come late any more from every index, until a time (ms). Answers how many there were.
 */
export async function sweepTombstones({
  now,
  until,
}: {
  readonly now: () => number;
  readonly until: number;
}): Promise<number> {
  const { live, building, kept } = await indexState();
  let swept = 0;
  for (const generation of [live, building, kept])
    while (generation && now() < until) {
      const removed = await removeTombstones(generation.name, now() - KEPT_MS).catch((error: unknown) => {
        // Nothing was ever written to it.
        if (error instanceof SearchRefused && error.type === 'index_not_found_exception') return 0;
        throw error;
      });
      swept += removed;
      if (removed === 0) break;
    }
  return swept;
}
