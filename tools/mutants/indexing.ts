import type { Mutant } from './mutant.ts';

const bulk = 'functions/gateways/search/bulk.ts';
const writing = 'functions/indexing/write-documents.ts';
const messages = 'functions/indexing/message-writes.ts';
const change = 'functions/stream/index-change.ts';
const work = 'functions/stream/index-work.ts';
const redrive = 'functions/indexing/redrive.ts';
const parked = 'functions/gateways/parked.ts';

const streamTest = { test: 'test/stream/index-search.test.ts' };
const onEngine = (name: string) => ({ test: `test/search/${name}.test.ts`, needs: 'search' as const });
const onTable = (name: string) => ({ test: `test/table/${name}.test.ts`, needs: 'emulator' as const });

/** Guards of what brings the table into the search index. */
export const INDEXING_MUTANTS: readonly Mutant[] = [
  {
    name: 'external-version',
    invariant: 'I10',
    guard: 'the index keeps the greater version, whatever comes last',
    file: bulk,
    from: "version_type: again ? 'external_gte' : 'external' }",
    to: '...(again ? {} : { version: undefined }) }',
    ...onEngine('changes'),
  },
  {
    name: 'version-of-message',
    invariant: 'I10',
    guard: 'each change of a message comes after what it replaces',
    file: messages,
    from: 'version: (stored.i ?? 0) + 1,',
    to: 'version: stored.v,',
    ...onEngine('changes'),
  },
  {
    name: 'version-of-removed',
    invariant: 'I10',
    guard: 'a removal comes after everything',
    file: messages,
    from: 'version: REMOVED_VERSION,',
    to: 'version: 2,',
    ...onEngine('changes'),
  },
  {
    name: 'removed-from-index',
    invariant: 'I10',
    guard: 'a removal takes the text out of the index',
    file: change,
    from: "  if (change.op === 'REMOVE') return { at, tenantId, write: messageGone(tenantId, conversationId, seq, at) };\n",
    to: '',
    ...onEngine('changes'),
  },
  {
    name: 'same-document',
    invariant: 'Cheap indexing',
    guard: 'a change that the index does not show is not sent',
    file: change,
    from: 'if (before?.success && sameDocument(place, before.data, stored)) return undefined;',
    to: '',
    ...streamTest,
  },
  {
    name: 'changed-document',
    invariant: 'I10',
    guard: 'a change that the index shows is sent',
    file: 'functions/domain/search/message-document.ts',
    from: '...((k?.c ?? 0) > 0 ? (',
    to: '...((k?.c ?? 0) > 99 ? (',
    ...streamTest,
  },
  {
    name: 'conflict-is-fine',
    invariant: 'I10',
    guard: 'a version conflict is no failure',
    file: bulk,
    from: "if (status === 409) return 'superseded';",
    to: '',
    ...streamTest,
  },
  {
    name: 'busy-is-not-poison',
    invariant: 'I10',
    guard: 'only a document that is itself wrong is parked',
    file: bulk,
    from: 'return status === 400 ?',
    to: 'return status >= 400 ?',
    ...streamTest,
  },
  {
    name: 'busy-tried-again',
    invariant: 'I10',
    guard: 'what the engine could not take is sent again, and only that',
    file: writing,
    from: 'open = open.filter(({ place }) => isFailed(results.get(place)!));',
    to: 'open = [];',
    ...streamTest,
  },
  {
    name: 'bulk-bytes',
    invariant: 'Limits of the engine',
    guard: 'a bulk has at most five megabytes',
    file: 'functions/domain/search/bulks.ts',
    from: 'if (last && bytes + size <= most) {',
    to: 'if (last) {',
    ...streamTest,
  },
  {
    name: 'strange-media-alone',
    invariant: 'I10',
    guard: 'a thing that cannot be read does not keep the others of its tenant back',
    file: work,
    from: 'if (changes.length === 1) return',
    to: 'if (changes.length >= 1) return',
    ...streamTest,
  },
  {
    name: 'lazy-tenant',
    invariant: 'Tenants that never search cost nothing',
    guard: 'a tenant is left alone until it searches',
    file: work,
    from: 'if (!wanted.has(tenantId)) continue;',
    to: '',
    ...streamTest,
  },
  {
    name: 'redrive-from-table',
    invariant: 'I10',
    guard: 'what is redriven is read from the table',
    file: 'functions/indexing/key-writes.ts',
    from: 'if (!stored) return [messageGone(subject.tenantId, conversationId, seq, at)];',
    to: 'if (!stored) return [];',
    ...onEngine('redrive'),
  },
  {
    name: 'redrive-leaves',
    invariant: 'I10',
    guard: 'what still cannot be read stays parked',
    file: redrive,
    from: 'left++;\n        log.error',
    to: 'await unpark(key);\n        log.error',
    ...onEngine('redrive'),
  },
  {
    name: 'redrive-own',
    invariant: 'I10',
    guard: 'what another reader gave up is left to it',
    file: parked,
    from: 'name?.endsWith(consumer) ?',
    to: 'name !== undefined ?',
    ...onEngine('redrive'),
  },
  ...(
    [
      ['edit', 'message-change.ts', "    ' ADD #i :one',\n", '', 'message-change'],
      ['reaction', 'reaction.ts', "'SET #r = :reactions ADD #i :one'", "'SET #r = :reactions'", 'reactions'],
      ['pin', 'pins.ts', "'SET #p = :pin'} ADD #i :one`", "'SET #p = :pin'}`", 'pins'],
      ['thread', 'thread.ts', "'SET #k = :after ADD #i :one'", "'SET #k = :after'", 'threads'],
      ['archive', 'archive.ts', "'SET #z = :z ADD #i :one'", "'SET #z = :z'", 'archive'],
      ['archived', 'archive.ts', '    i: i + 1,\n', '', 'archive'],
    ] as const
  ).map(([what, file, from, to, test]) => ({
    name: `counter-${what}`,
    invariant: 'I10',
    guard: `the change of a message counts: ${what}`,
    file: `functions/table/${file}`,
    from,
    to,
    ...onTable(test),
  })),
];
