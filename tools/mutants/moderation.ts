import type { Mutant } from './mutant.ts';

/** Guards of the audit trail and of moderation. */
export const MODERATION_MUTANTS: readonly Mutant[] = [
  {
    name: 'audit-write-once',
    invariant: 'What was audited stays',
    guard: 'an entry of the audit trail is never written over',
    file: 'functions/table/audit.ts',
    from: "ConditionExpression: 'attribute_not_exists(pk)'",
    to: "ConditionExpression: 'attribute_not_exists(nothing)'",
    test: 'test/table/audit.test.ts',
    needs: 'emulator',
  },
  {
    name: 'audit-cursor-filter',
    invariant: 'A cursor belongs to one list',
    guard: 'a cursor of the audit trail is good for its tenant and its filters only',
    file: 'functions/api/moderation/list-audit.ts',
    from: '`audit\\n${caller.tenant}\\n${caller.userId}\\n${action}\\n${actorId}\\n${targetId}`',
    to: "'audit'",
    test: 'test/table/audit.test.ts',
    needs: 'emulator',
  },
];
