import { SearchRefused, searchRequest } from './request.ts';

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
}

/**
 * One search in the index, and the engine's answer; undefined where there is no index yet, which holds nothing. Raises
 * `SearchUnavailable` when the engine cannot answer completely.
 */
export async function find({ generation, tenantId, body, timeout }: FindRequest): Promise<unknown> {
  try {
    return await searchRequest({
      method: 'POST',
      path: `/${generation.name}/_search`,
      // Half an answer would pass for a whole one: a shard that fails makes the search fail.
      query: { routing: tenantId, allow_partial_search_results: 'false' },
      body: JSON.stringify(body),
      timeout,
    });
  } catch (error) {
    if (error instanceof SearchRefused && error.type === 'index_not_found_exception') return undefined;
    throw error;
  }
}
