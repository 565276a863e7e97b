import * as z from 'zod';
import { routingsOf } from '#domain/search/routing.ts';
import { engine } from './breaker.ts';
import type { Searched } from './find.ts';
import { SearchRefused, SearchUnavailable, searchRequest } from './request.ts';

/** For how long a point in time is kept after it was last asked for. */
export const KEPT = '2m';

const TIMEOUT = 2_000;

const Opened = z.object({ pit_id: z.string() });

/**
 * A point in time: what an index holds of a tenant now, for searches that go on for pages in an order that every new message
 * changes. Undefined when it cannot be had: the engine keeps only so many at once.
 */
export async function openPit(generation: Searched, tenantId: string): Promise<string | undefined> {
  try {
    const answer = await engine.run(() =>
      searchRequest({
        method: 'POST',
        path: `/${generation.name}/_search/point_in_time`,
        query: { keep_alive: KEPT, routing: routingsOf(generation.partitions, tenantId) },
        timeout: TIMEOUT,
      }),
    );
    return Opened.parse(answer).pit_id;
  } catch (error) {
    if (error instanceof SearchRefused || error instanceof SearchUnavailable) return undefined;
    throw error;
  }
}

/** Gives a point in time back. One that is not given back ends by itself. */
export async function closePit(id: string): Promise<void> {
  try {
    await searchRequest({
      method: 'DELETE',
      path: '/_search/point_in_time',
      body: JSON.stringify({ pit_id: [id] }),
      timeout: TIMEOUT,
    });
  } catch (error) {
    if (!(error instanceof SearchRefused || error instanceof SearchUnavailable)) throw error;
  }
}
