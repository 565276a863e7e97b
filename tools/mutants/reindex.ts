import type { Mutant } from './mutant.ts';

const phases = 'functions/indexing/reindex-phases.ts';
const runner = 'functions/indexing/reindex.ts';
const compare = 'functions/indexing/compare.ts';
const reconcile = 'functions/indexing/reconcile.ts';
const state = 'functions/table/search-index.ts';
const write = 'functions/indexing/write-documents.ts';

const onEngine = (name: string) => ({ test: `test/search/${name}.test.ts`, needs: 'search' as const });
const routes = { test: 'test/table/reindex-routes.test.ts', needs: 'emulator' as const };

/** Guards of what makes the search index anew, and of what compares it with the table. */
export const REINDEX_MUTANTS: readonly Mutant[] = [
  {
    name: 'reindex-not-followed',
    invariant: 'search',
    guard: 'what changes while an index is built is written to it too',
    file: write,
    from: '[live, building, kept].filter(',
    to: '[live].filter(',
    ...onEngine('indices'),
  },
  {
    name: 'reindex-late-write-makes-index',
    invariant: 'search',
    guard: 'a write that comes late does not hold up for an index that is gone',
    file: write,
    from: "return 'forget';",
    to: "return 'again';",
    ...onEngine('indices'),
  },
  {
    name: 'index-state-overwritten',
    invariant: 'search',
    guard: 'of two who change which indices there are, each sees what the other did',
    file: state,
    from: "ConditionExpression: 'attribute_not_exists(pk) OR rev = :rev',",
    to: "ConditionExpression: 'attribute_not_exists(pk) OR rev = :rev OR rev <> :rev',",
    test: 'test/table/search-index.test.ts',
    needs: 'emulator',
  },
  {
    name: 'reindex-drops-old',
    invariant: 'search',
    guard: 'the index before a swap is kept',
    file: phases,
    from: 'live: generation, kept: rest.live, keptAt',
    to: 'live: generation, keptAt',
    ...onEngine('reindex'),
  },
  {
    name: 'reindex-swaps-unread',
    invariant: 'search',
    guard: 'an index without what could not be read does not become live by itself',
    file: runner,
    from: "if (run.phase === 'swap' && run.errors > 0 && !run.accepted) return wait(session, 'stuck');",
    to: '',
    ...onEngine('reindex'),
  },
  {
    name: 'reindex-not-checked',
    invariant: 'search',
    guard: 'a new index is compared with the table before it becomes live',
    file: phases,
    from: 'for (const repairs of (await compareMessages(tenant, index, expected, beat)).values()) repaired += amount(repairs);',
    to: '',
    ...onEngine('reindex'),
  },
  {
    name: 'reconcile-kills-the-future',
    invariant: 'search',
    guard: 'a ghost at a number not taken yet is buried no deeper than it stands',
    file: compare,
    from: 'head && seq > head.seq ?',
    to: 'head && seq < 0 ?',
    ...onEngine('reconcile'),
  },
  {
    name: 'reconcile-trusts-the-log-alone',
    invariant: 'search',
    guard: 'what the index alone has lost is found',
    file: reconcile,
    from: 'isSame(known.held[index.name], sums.get(index)?.get(id))',
    to: 'true',
    ...onEngine('reconcile'),
  },
  {
    name: 'reconcile-trusts-the-index-alone',
    invariant: 'search',
    guard: 'a change that the index was not told of is found',
    file: reconcile,
    from: 'known.mark !== markOf(head) ||',
    to: '',
    ...onEngine('reconcile'),
  },
  {
    name: 'reconcile-never-again',
    invariant: 'search',
    guard: 'what agreed is read again after a week all the same',
    file: reconcile,
    from: '|| at - known.at >= TRUSTED_MS',
    to: '',
    ...onEngine('reconcile'),
  },
  {
    name: 'reconcile-unsettled',
    invariant: 'search',
    guard: 'a conversation with a number that may still be filled is not taken for settled',
    file: reconcile,
    from: 'return numbers.every((seq) => settled.has(seq));',
    to: 'return true;',
    ...onEngine('reconcile'),
  },
  {
    name: 'operators-anybody',
    invariant: 'I9',
    guard: 'only operators make everything anew',
    file: 'functions/api/indexing/start-reindex.ts',
    from: "scope === 'everything' && !isOperator(caller)",
    to: "scope === 'everything' && false",
    ...routes,
  },
  {
    name: 'reindex-seen-by-others',
    invariant: 'I9',
    guard: 'only operators see a reindex of everything',
    file: 'functions/api/indexing/one-reindex.ts',
    from: '(isOperator(caller) ? await findReindex(EVERYTHING, id) : undefined)',
    to: '(await findReindex(EVERYTHING, id))',
    ...routes,
  },
  {
    name: 'reindex-cancel-taken-back',
    invariant: 'search',
    guard: 'a cancellation stands',
    file: 'functions/table/reindex-run.ts',
    from: 'AND (attribute_not_exists(#wanted) OR #wanted = :pause)',
    to: 'AND (attribute_not_exists(#wanted) OR #wanted = :pause OR #wanted <> :pause)',
    ...routes,
  },
];
