import type { Mutant } from './mutant.ts';

const parser = 'functions/domain/search/parse.ts';
const tokens = 'functions/domain/search/tokens.ts';
const resolver = 'functions/domain/search/resolve.ts';
const dates = 'functions/domain/search/dates.ts';
const compiler = 'functions/gateways/search/compile.ts';
const wordsQuery = 'functions/gateways/search/words-query.ts';

const parseTest = 'test/domain/search/parse.test.ts';
const resolveTest = 'test/domain/search/resolve.test.ts';
const datesTest = 'test/domain/search/dates.test.ts';
const compileTest = 'test/gateways/compile.test.ts';
const onEngine = { test: 'test/search/query-limits.test.ts', needs: 'search' as const };

/** Guards of the language of queries. */
export const QUERY_MUTANTS: readonly Mutant[] = [
  {
    name: 'query-clauses',
    invariant: 'a query costs little',
    guard: 'no more than 32 clauses',
    file: parser,
    from: 'return ++this.#clauses <= MAX_CLAUSES;',
    to: 'return ++this.#clauses > 0;',
    test: parseTest,
  },
  {
    name: 'query-depth',
    invariant: 'no query raises an error',
    guard: 'groups stand in a few others only',
    file: parser,
    from: 'if (depth === MAX_DEPTH) {',
    to: 'if (depth === 1e9) {',
    test: parseTest,
  },
  {
    name: 'query-phrase-length',
    invariant: 'a query costs little',
    guard: 'phrases have at most 64 words',
    file: parser,
    from: 'words.slice(0, MAX_PHRASE)',
    to: 'words',
    test: parseTest,
  },
  {
    name: 'query-code-minus',
    invariant: 'a search finds what it says',
    guard: 'a minus before a sign is a piece of code',
    file: tokens,
    from: '!SYMBOL.test(next) || ',
    to: "next !== '' || ",
    test: parseTest,
  },
  {
    name: 'query-nothing',
    invariant: 'a search finds what it says',
    guard: 'a query in which nothing can be searched finds nothing',
    file: parser,
    from: "this.#tokens.length === 0 ? 'and' : 'or'",
    to: "this.#tokens.length === 0 ? 'and' : 'and'",
    test: parseTest,
  },
  {
    name: 'query-no-direct',
    invariant: 'I11',
    guard: 'a direct conversation that is not there is no filter left out',
    file: resolver,
    from: 'conversationIds.length === 0 ? NOTHING',
    to: "conversationIds.length === 0 ? { op: 'and', nodes: [] }",
    test: resolveTest,
  },
  {
    name: 'query-midnight',
    invariant: 'a search finds what it says',
    guard: 'of a midnight that comes twice the first one begins the day',
    file: dates,
    from: 'Math.min(...moments)',
    to: 'Math.max(...moments)',
    test: datesTest,
  },
  {
    name: 'query-negation-exact',
    invariant: 'a search finds what it says',
    guard: 'what is excluded is not widened to what is alike',
    file: compiler,
    from: 'mustNot.push(EXACT.compile(node.node))',
    to: 'mustNot.push(this.compile(node.node))',
    test: compileTest,
  },
  {
    name: 'query-terms',
    invariant: 'no query raises an error',
    guard: 'words of a long query are widened less',
    file: compiler,
    from: 'const MOST_TERMS = 480;',
    to: 'const MOST_TERMS = 100_000;',
    ...onEngine,
  },
  {
    name: 'query-begun-phrase',
    invariant: 'a search finds what it says',
    guard: 'the last word of a phrase may be begun by any number of words',
    file: wordsQuery,
    from: 'const ALL_WORDS = 1_000_000;',
    to: 'const ALL_WORDS = 50;',
    ...onEngine,
  },
];
