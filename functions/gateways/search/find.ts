import { routingsOf } from '#domain/search/routing.ts';
import { engine } from './breaker.ts';
import { SEARCH_ALIAS } from './indices.ts';
import { SearchRefused, searchRequest } from './request.ts';

/** For how long (ms) the engine may search after nobody waits any more. */
const MARGIN_MS = 200;

/** One index, as far as a search needs to know it: its name, and of tenants that lie in several partitions in how many. */
export interface Searched {
  readonly name: string;
  readonly partitions: Readonly<Record<string, number>>;
}

export interface FindRequest {
  readonly generation: Searched;
  readonly tenantId: string;
  /** A search as the engine takes it; its query must hold `scopeFilter` or what is as strict. */
  readonly body: object;
  /** Milliseconds to wait; a caller of ours waits as long. */
  readonly timeout: number;
  /** A point in time (`pit.ts`): the index as it was then. */
  readonly pit?: string | undefined;
}

/**
 * One search in the index, and the engine's answer; undefined where there is no such index, or no longer such a point in time. Raises
 * `SearchUnavailable` when the engine cannot answer completely, and `SearchPaused` when it is not asked.
 */
export async function find({ generation, tenantId, body, timeout, pit }: FindRequest): Promise<unknown> {
  try {
    return await engine.run(() =>
      searchRequest({
        method: 'POST',
        // A point in time knows its index and its shards itself.
        path: pit === undefined ? `/${generation.name}/_search` : '/_search',
        query: {
          ...(pit === undefined ? { routing: routingsOf(generation.partitions, tenantId) } : {}),
          // Half an answer would pass for a whole one: a shard that fails, or takes too long, makes the search fail.
          allow_partial_search_results: 'false',
        },
        body: JSON.stringify({
          ...body,
          timeout: `${timeout - MARGIN_MS}ms`,
          ...(pit === undefined ? {} : { pit: { id: pit } }),
        }),
        timeout,
      }),
    );
  } catch (error) {
    if (error instanceof SearchRefused && error.status === 404) return undefined;
    throw error;
  }
}

/** Asks the engine a search that finds nothing, whatever the breaker says. Raises `SearchUnavailable` when it does not answer. */
export async function pingSearch(): Promise<void> {
  try {
    await searchRequest({
      method: 'POST',
      path: `/${SEARCH_ALIAS}/_search`,
      query: { routing: '-' },
      body: JSON.stringify({ size: 0, query: { match_none: {} } }),
      timeout: 2_000,
    });
  } catch (error) {
    // Before anything was indexed there is nothing to search.
    if (!(error instanceof SearchRefused && error.status === 404)) throw error;
  }
}
