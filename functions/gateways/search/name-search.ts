import * as z from 'zod';
import type { Run } from '#domain/search/name-match.ts';
import { unaccented } from '#domain/search/similar.ts';
import { find, type Searched } from './find.ts';

/** Where a hit stands among those found by name. */
export type NamePosition = readonly [score: number, id: string];

export interface NameSearch {
  readonly generation: Searched;
  readonly tenantId: string;
  readonly runs: readonly Run[];
  /** `either`: what is similar after what is exact, in one question. */
  readonly match: 'exact' | 'similar' | 'either';
  readonly after?: NamePosition | undefined;
  readonly size: number;
}

/** Milliseconds the engine may search; people wait for it while they type. */
const TIMEOUT = 3_000;
/** Words that the beginning of one at the end of a run may stand for. */
const EXPANSIONS = 1_000;

const scored = (filter: object, boost: number): object => ({ constant_score: { filter, boost } });
const best = (queries: readonly object[]): object => ({ dis_max: { queries } });

/** A run, whole or as the beginning of what is there. */
const exactRun = (run: Run, field: string): object => {
  const query = run.join(' ');
  return best([
    scored({ match_phrase: { [field]: query } }, 8),
    scored(
      run.length === 1
        ? { prefix: { [field]: { value: query } } }
        : { match_phrase_prefix: { [field]: { query, max_expansions: EXPANSIONS } } },
      4,
    ),
  ]);
};

/** A run without its accents, or with letters that differ. */
const similarRun = (run: Run, field: string): object => {
  const plain = run.map(unaccented);
  const query = plain.join(' ');
  if (plain.length > 1) return scored({ match_phrase_prefix: { [field]: { query, max_expansions: EXPANSIONS } } }, 2);
  return best([
    scored({ prefix: { [field]: { value: query } } }, 2),
    scored({ fuzzy: { [field]: { value: query, fuzziness: 'AUTO' } } }, 1),
  ]);
};

/** That a document's field answers each run. */
const answering = (runs: readonly Run[], field: string, match: NameSearch['match']): object => ({
  bool: {
    must: runs.map((run) =>
      best([
        ...(match === 'similar' ? [] : [exactRun(run, field)]),
        ...(match === 'exact' ? [] : [similarRun(run, `${field}.folded`)]),
      ]),
    ),
  },
});

const Answer = z.object({
  hits: z.object({
    hits: z.array(
      z.object({
        _source: z.object({ user: z.string().optional(), conversation: z.string().optional() }),
        sort: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

async function search({ generation, tenantId, after, size }: NameSearch, query: object, id: 'user' | 'conversation') {
  const body = {
    ...{ size, query, sort: [{ _score: 'desc' }, { [id]: 'asc' }] },
    ...(after && { search_after: after }),
    ...{ track_total_hits: false, _source: [id] },
  };
  const answer = await find({ generation, tenantId, body, timeout: TIMEOUT });
  if (answer === undefined) return [];
  return Answer.parse(answer).hits.hits.map(({ _source, sort }) => ({
    id: _source[id]!,
    position: sort as NamePosition,
  }));
}

/** A user or conversation that the index found; it may be stale. */
export interface NameHit {
  readonly id: string;
  readonly position: NamePosition;
}

/** Users of a tenant by what they are called, or their ids. Raises `SearchUnavailable`. */
export const searchUserNames = (request: NameSearch): Promise<NameHit[]> => {
  const filter = [{ term: { kind: 'user' } }, { term: { tenant: request.tenantId } }];
  return search(request, { bool: { filter, must: [answering(request.runs, 'names', request.match)] } }, 'user');
};

/** Terms of one clause: `index.max_terms_count` of the engine. */
const MOST_TERMS = 65_536;

/** Of these conversations those that are about what is asked for. Raises `SearchUnavailable`. */
export const searchDescriptions = (
  request: NameSearch & { readonly conversationIds: readonly string[] },
): Promise<NameHit[]> => {
  const filter = [
    { term: { kind: 'conversation' } },
    { term: { tenant: request.tenantId } },
    { terms: { conversation: request.conversationIds.slice(0, MOST_TERMS) } },
  ];
  return search(request, { bool: { filter, must: [answering(request.runs, 'text', request.match)] } }, 'conversation');
};
