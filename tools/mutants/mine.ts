import type { Mutant } from './mutant.ts';

const BOOKMARKS = 'test/table/bookmarks.test.ts';
const DRAFTS = 'test/table/drafts.test.ts';

/** Guards of what belongs to one user alone: bookmarks and drafts. */
export const MINE_MUTANTS: readonly Mutant[] = [
  {
    name: 'own-cap',
    invariant: 'I6',
    guard: 'what a user has of something is counted where it is made, up to its most',
    file: 'functions/table/own.ts',
    from: "'attribute_not_exists(#n) OR #n < :most'",
    to: "'attribute_not_exists(#n) OR #n <= :most'",
    test: BOOKMARKS,
    needs: 'emulator',
  },
  {
    name: 'bookmark-once',
    invariant: 'I6',
    guard: 'a message is bookmarked once',
    file: 'functions/table/bookmark.ts',
    from: "ConditionExpression: 'attribute_not_exists(pk)'",
    to: "ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(pk)'",
    test: BOOKMARKS,
    needs: 'emulator',
  },
  {
    name: 'bookmark-readable',
    invariant: 'I11',
    guard: 'only what one may read is bookmarked',
    file: 'functions/api/mine/bookmarks.ts',
    from: "if (!(await findVisible(tenant, message, userId, now))) throw new Refusal('message.not_found');",
    to: '',
    test: BOOKMARKS,
    needs: 'emulator',
  },
  {
    name: 'draft-version',
    invariant: 'I8',
    guard: 'a draft is replaced only by who has seen it',
    file: 'functions/api/mine/drafts.ts',
    from: 'const stored = isCurrent(before, expected) && (await',
    to: 'const stored = isCurrent(before, before?.version ?? 0) && (await',
    test: DRAFTS,
    needs: 'emulator',
  },
  {
    name: 'draft-race',
    invariant: 'I8',
    guard: 'of two devices that replace the same draft one wins',
    file: 'functions/table/draft.ts',
    from: "ConditionExpression: '#version = :version'",
    to: "ConditionExpression: '#version = :version OR attribute_exists(pk)'",
    test: DRAFTS,
    needs: 'emulator',
  },
  {
    name: 'draft-version-goes-on',
    invariant: 'I8',
    guard: 'the version of a draft goes on after it was taken away',
    file: 'functions/table/draft.ts',
    from: '(await write([replace(tenant, id, before, draft), count]))',
    to: '(await write([replace(tenant, id, before, { ...draft, version: 0 }), count]))',
    test: DRAFTS,
    needs: 'emulator',
  },
];
