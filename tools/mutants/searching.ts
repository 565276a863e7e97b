import type { Mutant } from './mutant.ts';

const breaker = 'functions/gateways/search/breaker.ts';
const filter = 'functions/gateways/search/scope-filter.ts';
const engine = 'functions/gateways/search/message-search.ts';
const find = 'functions/gateways/search/find.ts';
const finding = 'functions/searching/find-messages.ts';
const collect = 'functions/searching/collect-hits.ts';
const cache = 'functions/searching/cache.ts';
const page = 'functions/searching/message-page.ts';
const readable = 'functions/table/readable-messages.ts';
const permit = 'functions/searching/permit.ts';

const apiTest = 'test/api/search.test.ts';
const breakerTest = 'test/gateways/search-breaker.test.ts';
const cacheTest = 'test/searching/cache.test.ts';
const collectTest = 'test/searching/collect-hits.test.ts';
const onEngine = (name: string) => ({ test: `test/search/${name}.test.ts`, needs: 'search' as const });

/** Guards of what a search may show, and of what happens when its engine is away. */
export const SEARCHING_MUTANTS: readonly Mutant[] = [
  {
    name: 'search-tenant',
    invariant: 'I11',
    guard: 'a search is filtered by tenant',
    file: filter,
    from: 'return [{ term: { tenant: tenantId } }, anyOf(allowed), ...keptOnly(conversations)];',
    to: 'return [anyOf(allowed), ...keptOnly(conversations)];',
    test: apiTest,
  },
  {
    name: 'hit-membership',
    invariant: 'I11',
    guard: 'a hit is checked against the caller’s membership now',
    file: readable,
    from: 'if (!member || !head || item',
    to: 'if (!head || item',
    ...onEngine('search-messages'),
  },
  {
    name: 'hit-exists',
    invariant: 'I11',
    guard: 'a hit that says nothing any more is not shown',
    file: page,
    from: 'if (!message || !isSearched({ b: message.body })) return undefined;',
    to: 'if (!message) return undefined;',
    ...onEngine('search-messages'),
  },
  {
    name: 'hit-void',
    invariant: 'I11',
    guard: 'a number that became a void is no message',
    file: readable,
    from: 'item?.[TABLE.entity] !== MessageEntity.type',
    to: 'item === undefined',
    ...onEngine('search-messages'),
  },
  {
    name: 'half-an-answer',
    invariant: 'All matches are found',
    guard: 'an answer of some shards is no answer',
    file: find,
    from: "allow_partial_search_results: 'false'",
    to: "allow_partial_search_results: 'true'",
    test: apiTest,
  },
  {
    name: 'tie-break',
    invariant: 'All matches are found',
    guard: 'messages of one moment have an order',
    file: engine,
    from: "const PLACE = [{ conversation: 'asc' }, { seq: 'desc' }];",
    to: 'const PLACE: object[] = [];',
    ...onEngine('search-messages'),
  },
  {
    name: 'page-goes-on',
    invariant: 'All matches are found',
    guard: 'a page that lost hits goes on behind them',
    file: collect,
    from: 'after = positionOf(hits.at(-1)!);',
    to: '',
    test: collectTest,
  },
  {
    name: 'page-rounds',
    invariant: 'Bounded queries',
    guard: 'a page is filled up in a bounded number of rounds',
    file: collect,
    from: 'round < ROUNDS && ',
    to: '',
    test: collectTest,
  },
  {
    name: 'search-cursor',
    invariant: 'Cursors belong to a list and a caller',
    guard: 'a cursor is bound to tenant, user and query',
    file: finding,
    from: "JSON.stringify(['search', tenant, userId, q, match, sort, timeZone])",
    to: "JSON.stringify(['search'])",
    ...onEngine('search-messages'),
  },
  {
    name: 'engine-away',
    invariant: 'Search is allowed to fail',
    guard: 'an engine that does not answer is a 503',
    file: 'functions/searching/answering.ts',
    from: 'if (!(error instanceof SearchUnavailable)) throw error;',
    to: 'throw error;',
    test: apiTest,
  },
  {
    name: 'breaker-counts',
    invariant: 'Search is allowed to fail',
    guard: 'an engine that fails again and again is left alone',
    file: breaker,
    from: 'circuitBreaker(handleType(SearchUnavailable), {',
    to: 'circuitBreaker(handleType(RangeError), {',
    test: breakerTest,
  },
  {
    name: 'breaker-refusals',
    invariant: 'Search is allowed to fail',
    guard: 'a refusal shows that the engine works',
    file: breaker,
    from: 'if (error instanceof SearchRefused) return { refused: error };',
    to: '',
    test: breakerTest,
  },
  {
    name: 'cache-ends',
    invariant: 'I11',
    guard: 'an answer is kept for seconds only',
    file: cache,
    from: 'if (known && at < known.until) {',
    to: 'if (known) {',
    test: cacheTest,
  },
  {
    name: 'cache-failures',
    invariant: 'Search is allowed to fail',
    guard: 'a failure is not kept',
    file: cache,
    from: 'if (kept.get(key) === entry) kept.delete(key);',
    to: '',
    test: cacheTest,
  },
  {
    name: 'search-rate',
    invariant: 'Limits of a tenant hold',
    guard: 'whoever searches too often is refused',
    file: permit,
    from: "if (!ok) throw new TooOften('search.rate_limited', quota);",
    to: 'void [ok, TooOften];',
    ...onEngine('search-messages'),
  },
];
