import * as z from 'zod';
import type { Query } from '#domain/search/tree.ts';
import { compile } from './compile.ts';
import { find, type Searched } from './find.ts';
import { type Filtered, scopeFilter } from './scope-filter.ts';

export type Sort = 'relevance' | 'newest' | 'oldest';
export type Match = 'exact' | 'similar';
export type Facet = 'conversation' | 'sender' | 'type' | 'month';

/** Where a hit stands in the order of its search. */
export type Position = readonly (string | number)[];

/** What the index found. It may be stale: nothing of it is shown before the table was asked. */
export interface Hit {
  readonly conversationId: string;
  readonly seq: number;
  readonly position: Position;
}

export interface MessageSearch {
  readonly generation: Searched;
  readonly tenantId: string;
  readonly scope: Filtered;
  readonly query: Query;
  readonly match: Match;
  readonly sort: Sort;
  /** When the search began (ms): what is recent is so as seen from there. */
  readonly origin: number;
  /** An IANA name, for which months there are. */
  readonly timeZone: string;
  /** Continues after this place. */
  readonly after?: Position | undefined;
  readonly size: number;
  readonly facets: readonly Facet[];
  readonly pit?: string | undefined;
}

export interface FoundMessages {
  readonly hits: readonly Hit[];
  /** How many there are in all; not `exact`: at least so many. */
  readonly total: { readonly value: number; readonly exact: boolean };
  /** Of each kind the commonest values. */
  readonly facets: Partial<Record<Facet, { value: string; count: number }[]>>;
}

/** Milliseconds the engine may search; the caller waits for it. */
const TIMEOUT = 5_000;

/** Up to how many hits are counted; to count them all a common word would cost as much as to find them. */
export const COUNTED = 1_000;

/** Values of a facet, and months. */
const MOST_VALUES = 20;

const PLACE = [{ conversation: 'asc' }, { seq: 'desc' }];
const ORDERS: Readonly<Record<Sort, readonly object[]>> = {
  newest: [{ at: 'desc' }, ...PLACE],
  oldest: [{ at: 'asc' }, ...PLACE],
  relevance: [{ _score: 'desc' }, { at: 'desc' }, ...PLACE],
};

const commonest = (field: string) => ({ terms: { field, size: MOST_VALUES } });

const aggregation = (facet: Facet, timeZone: string): object =>
  facet === 'month'
    ? {
        date_histogram: {
          field: 'at',
          calendar_interval: 'month',
          time_zone: timeZone,
          format: 'yyyy-MM',
          min_doc_count: 1,
          order: { _key: 'desc' },
        },
      }
    : commonest(facet);

const Bucket = z.object({
  key: z.union([z.string(), z.number()]),
  key_as_string: z.string().optional(),
  doc_count: z.number(),
});
const Answer = z.object({
  hits: z.object({
    total: z.object({ value: z.number(), relation: z.string() }),
    hits: z.array(
      z.object({
        _source: z.object({ conversation: z.string(), seq: z.number() }),
        sort: z.array(z.union([z.string(), z.number()])),
      }),
    ),
  }),
  aggregations: z.record(z.string(), z.object({ buckets: z.array(Bucket) })).optional(),
});

/** What was said a month ago counts half as much more as what is said now, which counts double. */
const recency = (origin: number) => ({
  functions: [{ weight: 1 }, { gauss: { at: { origin, scale: '30d', decay: 0.5 } }, weight: 1 }],
  score_mode: 'sum',
  boost_mode: 'multiply',
});

function bodyOf(search: MessageSearch): object {
  const { tenantId, scope, query, match, sort, origin, timeZone, after, size, facets } = search;
  const wanted = compile(query, match);
  const filter = [{ term: { kind: 'message' } }, ...scopeFilter(tenantId, scope)];
  return {
    size,
    query:
      sort === 'relevance'
        ? { function_score: { query: { bool: { filter, must: [wanted] } }, ...recency(origin) } }
        : { bool: { filter: [...filter, wanted] } },
    sort: ORDERS[sort],
    ...(after && { search_after: after }),
    track_total_hits: COUNTED,
    _source: ['conversation', 'seq'],
    ...(facets.length > 0 && {
      aggs: Object.fromEntries(facets.map((facet) => [facet, aggregation(facet, timeZone)])),
    }),
  };
}

/**
 * The next hits of a search for messages, with how many there are and what they are of: all of it within the scope. Undefined
 * when there is no such point in time any more; an index that does not exist yet holds nothing. Raises `SearchUnavailable`.
 */
export async function searchMessagesIn(search: MessageSearch): Promise<FoundMessages | undefined> {
  const { generation, tenantId, pit } = search;
  const answer = await find({ generation, tenantId, pit, body: bodyOf(search), timeout: TIMEOUT });
  if (answer === undefined && pit !== undefined) return undefined;
  if (answer === undefined)
    return {
      hits: [],
      total: { value: 0, exact: true },
      facets: Object.fromEntries(search.facets.map((facet) => [facet, []])),
    };
  const { hits, aggregations = {} } = Answer.parse(answer);
  return {
    hits: hits.hits.map(({ _source, sort }) => ({
      conversationId: _source.conversation,
      seq: _source.seq,
      position: sort,
    })),
    total: { value: Math.min(hits.total.value, COUNTED), exact: hits.total.relation === 'eq' },
    facets: Object.fromEntries(
      search.facets.map((facet) => [
        facet,
        (aggregations[facet]?.buckets ?? []).map(({ key, key_as_string, doc_count }) => ({
          value: key_as_string ?? String(key),
          count: doc_count,
        })),
      ]),
    ),
  };
}
