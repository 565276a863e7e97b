import * as z from 'zod';
import { searchRequest } from './request.ts';

/** Tombstones that one request removes. */
const MOST = 10_000;

const Answer = z.object({ deleted: z.number() });

/**
 * Removes the next tombstones that are older than a time (ms) from an index, and tells how many. What was written over one
 * meanwhile stays.
 */
export async function removeTombstones(index: string, before: number): Promise<number> {
  const query = { bool: { filter: [{ term: { kind: 'gone' } }, { range: { removedAt: { lt: before } } }] } };
  const answer = await searchRequest({
    method: 'POST',
    path: `/${index}/_delete_by_query`,
    query: { conflicts: 'proceed', max_docs: String(MOST) },
    body: JSON.stringify({ query }),
    timeout: 60_000,
  });
  return Answer.parse(answer).deleted;
}
