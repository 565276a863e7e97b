import type { Mutant } from './mutant.ts';

const bump = 'functions/domain/bump.ts';
const invariant = 'A list shows everything once, by activity';

/** Guards of conversation lists. */
export const LIST_MUTANTS: readonly Mutant[] = [
  {
    name: 'list-horizon',
    invariant,
    guard: 'nothing is shown that something unread might stand above',
    file: bump,
    from: 'paged.more ? paged.items.at(-1)?.place : undefined',
    to: 'undefined',
    test: 'test/domain/bump.test.ts',
  },
  {
    name: 'list-before',
    invariant,
    guard: 'what was shown is not shown again',
    file: bump,
    from: 'before === undefined || place < before',
    to: 'before === undefined || place <= before',
    test: 'test/domain/bump.test.ts',
  },
  {
    name: 'list-apart',
    invariant,
    guard: 'a conversation that has become large is set apart for those who were there before',
    file: bump,
    from: 'listeners.filter(({ activityAt }) => activityAt !== undefined)',
    to: '[]',
    test: 'test/table/conversation-list-large.test.ts',
    needs: 'emulator',
  },
  {
    name: 'list-back',
    invariant,
    guard: 'one that is large no more moves again',
    file: 'functions/table/bump.ts',
    from: ' OR begins_with(#place, :large))',
    to: ' OR (attribute_not_exists(pk) AND begins_with(#place, :large)))',
    test: 'test/table/conversation-list-large.test.ts',
    needs: 'emulator',
  },
];
