import type { Mutant } from './mutant.ts';

const POLICY = 'functions/domain/message-change.ts';
const POLICY_TEST = 'test/domain/message-change.test.ts';

/** Guards of how long messages may be changed and are kept. */
export const RETENTION_MUTANTS: readonly Mutant[] = [
  {
    name: 'edit-window',
    invariant: 'policy',
    guard: 'the time to edit ends',
    file: POLICY,
    from: 'isOver(editMinutes, sentAt, at) &&',
    to: 'isOver(null, sentAt, at) &&',
    test: POLICY_TEST,
  },
  {
    name: 'delete-window',
    invariant: 'policy',
    guard: 'the time to delete ends',
    file: POLICY,
    from: 'return isOver(deleteMinutes, message.at, at)',
    to: 'return isOver(null, message.at, at)',
    test: POLICY_TEST,
  },
  {
    name: 'moderators-delete',
    invariant: 'policy',
    guard: 'owners and admins delete where the tenant lets them',
    file: POLICY,
    from: 'if (moderatorsDelete && MODERATORS',
    to: 'if (MODERATORS',
    test: POLICY_TEST,
  },
  {
    name: 'restore-never',
    invariant: 'policy',
    guard: 'nothing comes back where the tenant says 0 hours',
    file: POLICY,
    from: ' || restoreHours === 0',
    to: '',
    test: POLICY_TEST,
  },
];
