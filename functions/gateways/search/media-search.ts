import * as z from 'zod';
import type { MediaKind } from '#contract/media.ts';
import type { Query } from '#domain/search/tree.ts';
import { compile, type Match } from './compile.ts';
import { find, type Searched } from './find.ts';
import { type Filtered, scopeFilter } from './scope-filter.ts';

/** What of the media that messages show is wanted. */
export interface MediaWish {
  readonly kind?: z.output<typeof MediaKind> | undefined;
  readonly contentType?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly from?: string | undefined;
}

export interface MediaSearch {
  readonly generation: Searched;
  readonly tenantId: string;
  readonly scope: Filtered;
  readonly query: Query;
  readonly match: Match;
  readonly wish: MediaWish;
  readonly after: MediaPosition | undefined;
  readonly size: number;
}

/** Where a message stands: the newest first. */
export type MediaPosition = readonly [at: number, conversationId: string, seq: number];

/** A message that shows something; it may be stale. */
export interface Showing {
  readonly conversationId: string;
  readonly seq: number;
  readonly position: MediaPosition;
}

const TIMEOUT = 5_000;

const Answer = z.object({
  hits: z.object({ hits: z.array(z.object({ sort: z.tuple([z.number(), z.string(), z.number()]) })) }),
});

/** The next messages within the scope that show media as wished for. Raises `SearchUnavailable`. */
export async function searchShowing(search: MediaSearch): Promise<Showing[]> {
  const { generation, tenantId, scope, query, match, wish, after, size } = search;
  const { kind, contentType, conversationId, from } = wish;
  const terms = { has: kind, mediaTypes: contentType, conversation: conversationId, sender: from };
  const filter = [
    { term: { kind: 'message' } },
    ...scopeFilter(tenantId, scope),
    { exists: { field: 'media' } },
    ...Object.entries(terms).flatMap(([field, value]) => (value === undefined ? [] : [{ term: { [field]: value } }])),
    compile(query, match),
  ];
  const body = {
    ...{ size, query: { bool: { filter } }, sort: [{ at: 'desc' }, { conversation: 'asc' }, { seq: 'desc' }] },
    ...(after && { search_after: after }),
    ...{ track_total_hits: false, _source: false },
  };
  const answer = await find({ generation, tenantId, body, timeout: TIMEOUT });
  if (answer === undefined) return [];
  return Answer.parse(answer).hits.hits.map(({ sort }) => ({ conversationId: sort[1], seq: sort[2], position: sort }));
}
