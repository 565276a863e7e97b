import * as z from 'zod';
import type { Clause } from '#domain/search-query.ts';
import { SearchRefused, searchRequest } from './search/request.ts';
import { SEARCH_ALIAS } from './search-index.ts';

/** Where a hit stands in the order of results: newest first, ties by conversation and number. */
export type Position = readonly [at: number, conversationId: string, seq: number];

/** What the index found. It may be stale: nothing of it is shown before the table was asked. */
export interface Hit {
  readonly conversationId: string;
  readonly seq: number;
  readonly version: number;
  readonly highlights: readonly string[];
  readonly position: Position;
}

export interface Search {
  readonly tenant: string;
  /** The conversations the caller is in; no other is searched. */
  readonly conversationIds: readonly string[];
  readonly clauses: readonly Clause[];
  /** Continues after this place. */
  readonly after: Position | undefined;
  readonly size: number;
}

const Answer = z.object({
  hits: z.object({
    hits: z.array(
      z.object({
        _version: z.number(),
        _source: z.object({ conversation: z.string(), seq: z.number() }),
        sort: z.tuple([z.number(), z.string(), z.number()]),
        highlight: z.object({ text: z.array(z.string()) }).optional(),
      }),
    ),
  }),
});

/** Milliseconds the engine may search; the caller waits for it. */
const SEARCH_TIMEOUT = 5_000;

const clauseQuery = ({ kind, text }: Clause): object =>
  kind === 'phrase' ? { match_phrase: { text } } : { match: { text } };

/**
 * The next hits of a search, newest first. Matches every clause, within one tenant and the conversations given. An index
 * that does not exist yet holds nothing. Raises `SearchUnavailable` when the engine cannot answer completely.
 */
export async function search(request: Search, alias: string = SEARCH_ALIAS): Promise<Hit[]> {
  const { tenant, conversationIds, clauses, after, size } = request;
  const body = {
    size,
    query: {
      bool: {
        filter: [{ term: { tenant } }, { terms: { conversation: conversationIds } }, ...clauses.map(clauseQuery)],
      },
    },
    sort: [{ at: 'desc' }, { conversation: 'asc' }, { seq: 'desc' }],
    ...(after && { search_after: after }),
    version: true,
    track_total_hits: false,
    _source: ['conversation', 'seq'],
    highlight: {
      encoder: 'html',
      pre_tags: ['<mark>'],
      post_tags: ['</mark>'],
      fields: { text: { type: 'unified', number_of_fragments: 3, fragment_size: 150 } },
    },
  };
  try {
    const answer = await searchRequest({
      method: 'POST',
      path: `/${alias}/_search`,
      // Half an answer would pass for a whole one: a shard that fails makes the search fail.
      query: { routing: tenant, allow_partial_search_results: 'false' },
      body: JSON.stringify(body),
      timeout: SEARCH_TIMEOUT,
    });
    return Answer.parse(answer).hits.hits.map(({ _source, _version, sort, highlight }) => ({
      conversationId: _source.conversation,
      seq: _source.seq,
      version: _version,
      highlights: highlight?.text ?? [],
      position: sort,
    }));
  } catch (error) {
    if (error instanceof SearchRefused && error.type === 'index_not_found_exception') return [];
    throw error;
  }
}

/** Asks the engine a search that finds nothing. Raises `SearchUnavailable` when it does not answer. */
export async function pingSearch(alias: string = SEARCH_ALIAS): Promise<void> {
  await search({ tenant: '-', conversationIds: [], clauses: [], after: undefined, size: 0 }, alias);
}
