import * as z from 'zod';
import { find, type Searched } from './find.ts';

const Answer = z.object({ hits: z.object({ hits: z.array(z.object({ _id: z.string() })) }) });

const TIMEOUT = 2_000;

/** Those of some documents of a tenant that searches can see: written, and refreshed since. */
export async function presentAmong(
  generation: Searched,
  tenantId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const body = { size: ids.length, query: { ids: { values: ids } }, _source: false, track_total_hits: false };
  const answer = await find({ generation, tenantId, body, timeout: TIMEOUT });
  return new Set(answer === undefined ? [] : Answer.parse(answer).hits.hits.map(({ _id }) => _id));
}
