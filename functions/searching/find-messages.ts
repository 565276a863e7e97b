import type { Output } from '#contract/route.ts';
import type { SearchHit, SearchWarning, searchMessages } from '#contract/search.ts';
import { parse } from '#domain/search/parse.ts';
import { resolve } from '#domain/search/resolve.ts';
import type { Query } from '#domain/search/tree.ts';
import type { Facet, FoundMessages, Hit, Match, Position, Sort } from '#gateways/search/message-search.ts';
import { searchMessagesIn } from '#gateways/search/message-search.ts';
import { closePit, openPit } from '#gateways/search/pit.ts';
import { signingKey } from '#gateways/signing-key.ts';
import type { Caller } from '#runtime/caller.ts';
import { digestOf } from '#table/digest.ts';
import { tenantIdOf } from '#table/entity.ts';
import { type Generation, indexState } from '#table/search-index.ts';
import { answerCache } from './cache.ts';
import { collectHits } from './collect-hits.ts';
import { freshnessOf } from './freshness.ts';
import { shownHits } from './message-page.ts';
import { namesFor } from './names.ts';
import { peopleNamed } from './people.ts';
import { type Scope, scopeOf } from './scope.ts';
import { cursorAt, type Place, placeOf } from './search-cursor.ts';

export interface MessageAsk {
  readonly q: string;
  readonly match: 'auto' | Match;
  readonly sort: Sort;
  readonly timeZone: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly facets?: readonly Facet[] | undefined;
}

export type MessagesFound = Omit<Output<typeof searchMessages>, 'took' | 'searchId'>;

/** Answers of the engine; together with what they were an answer to. */
const answers = answerCache<FoundMessages | undefined>();

/** Milliseconds after a change in which the index may not have followed yet: what the engine says until then is not kept. */
const SETTLING_MS = 10_000;

/** A search under way: all that its pages and rounds have in common. */
interface Search {
  readonly caller: Caller;
  readonly generation: Generation;
  readonly scope: Scope;
  readonly query: Query;
  readonly ask: MessageAsk;
  readonly origin: number;
  readonly at: number;
}

const SHIFTED: SearchWarning = {
  code: 'order_may_shift',
  text: '',
  message: 'The order could not be kept still: messages that came meanwhile may move others between pages.',
};

/** One answer of the engine, or of the last seconds' memory of it. */
function asked(
  { caller, generation, scope, query, ask, origin, at }: Search,
  {
    match,
    ...how
  }: {
    readonly match: Match;
    readonly pit: string | undefined;
    readonly after: Position | undefined;
    readonly size: number;
    readonly facets: readonly Facet[];
  },
): Promise<FoundMessages | undefined> {
  const { sort, timeZone } = ask;
  // Not when it began: a question of the same words is the same for as long as its answer is kept.
  const key = digestOf([
    caller.tenant,
    caller.userId,
    scope.digest,
    scope.state,
    generation.name,
    query,
    match,
    sort,
    timeZone,
    how,
  ]);
  const tenantId = tenantIdOf(caller.tenant);
  const load = () => searchMessagesIn({ generation, tenantId, scope, query, match, sort, origin, timeZone, ...how });
  return at - scope.changedAt < SETTLING_MS ? load() : answers.get(key, at, load);
}

interface Page {
  readonly items: SearchHit[];
  readonly next: Position | undefined;
  readonly found: FoundMessages;
}

/** A page that matches in one way; undefined when its point in time is gone. */
async function pageOf(
  search: Search,
  {
    match,
    pit,
    after,
  }: { readonly match: Match; readonly pit: string | undefined; readonly after: Position | undefined },
): Promise<Page | undefined> {
  const { caller, query, ask, at } = search;
  let found: FoundMessages | undefined;
  let gone = false;
  const { items, next } = await collectHits<Hit, Position, SearchHit>(
    {
      positionOf: ({ position }) => position,
      search: async (from, size) => {
        const facets = found ? [] : (ask.facets ?? []);
        const answer = await asked(search, { match, pit, after: from, size, facets });
        found ??= answer;
        gone ||= answer === undefined;
        return answer?.hits ?? [];
      },
    },
    (hits) => shownHits(caller, hits, { query, match }, at),
    { limit: ask.limit, after },
  );
  return gone || !found ? undefined : { items, next, found };
}

/** The first page: as exactly as was asked and, where that finds nothing and was not asked for, as similar as can be. */
async function firstPage(search: Search): Promise<{ page: Page; matched: Match }> {
  const { match } = search.ask;
  const first = match === 'similar' ? 'similar' : 'exact';
  const from = { pit: undefined, after: undefined };
  const page = (await pageOf(search, { match: first, ...from }))!;
  if (match !== 'auto' || page.items.length > 0 || page.next) return { page, matched: first };
  return { page: (await pageOf(search, { match: 'similar', ...from }))!, matched: 'similar' };
}

/** A page further on, at its point in time as long as there is one. */
async function furtherPage(search: Search, { matched: match, pit, after }: Place) {
  const still = pit === undefined ? undefined : await pageOf(search, { match, pit, after });
  return {
    page: still ?? (await pageOf(search, { match, pit: undefined, after }))!,
    pit: still && pit,
    warnings: pit !== undefined && !still ? [SHIFTED] : [],
  };
}

/** What the first of several pages by relevance is made of: the point in time that the others will see. */
async function heldPage(search: Search, matched: Match) {
  const pit = await openPit(search.generation, tenantIdOf(search.caller.tenant));
  const page = pit === undefined ? undefined : await pageOf(search, { match: matched, pit, after: undefined });
  return page ? { page, pit } : undefined;
}

async function pageAt(
  search: Search,
  place: Place | undefined,
): Promise<{ page: Page; matched: Match; pit: string | undefined; warnings: readonly SearchWarning[] }> {
  if (place) return { ...(await furtherPage(search, place)), matched: place.matched };
  const { page, matched } = await firstPage(search);
  if (search.ask.sort !== 'relevance' || !page.next) return { page, matched, pit: undefined, warnings: [] };
  const held = await heldPage(search, matched);
  return held ? { ...held, matched, warnings: [] } : { page, matched, pit: undefined, warnings: [SHIFTED] };
}

/**
 * The messages that a user may read at `at` (ms) and that a query asks for, page by page; every one of them checked against the
 * table. Raises `request.cursor_invalid` and `SearchUnavailable`.
 */
export async function findMessages(caller: Caller, ask: MessageAsk, at: number): Promise<MessagesFound> {
  const { tenant, userId } = caller;
  const { q, match, sort, timeZone, cursor } = ask;
  const key = await signingKey('cursor');
  const list = JSON.stringify(['search', tenant, userId, q, match, sort, timeZone]);
  const place = cursor === undefined ? undefined : placeOf(key, list, cursor);
  const origin = place?.origin ?? at;
  const [scope, { live: generation }] = await Promise.all([scopeOf(tenant, userId, at), indexState(at)]);
  const { query, warnings } = await resolve(
    parse(q),
    namesFor(caller, scope, { now: origin, timeZone, people: (text) => peopleNamed(tenant, text, at) }),
  );
  const search: Search = { caller, generation, scope, query, ask, origin, at };
  const [found, { through, behindMs, conversationsBehind }] = await Promise.all([
    pageAt(search, place),
    freshnessOf(generation, tenantIdOf(tenant), scope, at),
  ]);
  const { page, matched, pit } = found;
  if (!page.next && pit !== undefined) await closePit(pit);
  return {
    items: page.items,
    nextCursor: page.next ? cursorAt(key, list, { origin, matched, pit, after: page.next }) : null,
    matched,
    total: page.found.total,
    ...(ask.facets && { facets: page.found.facets }),
    warnings: [...warnings, ...found.warnings],
    notSearchable: [],
    freshness: { through: new Date(through).toISOString(), behindMs, conversationsBehind },
  };
}
