import type { Mutant } from './mutant.ts';

const TEST = 'test/table/settings.test.ts';

/** Guards of settings, slow mode, archiving and what new members see. */
export const SETTINGS_MUTANTS: readonly Mutant[] = [
  {
    name: 'conversation-version',
    invariant: 'I8',
    guard: 'a conversation changes only from the version that was changed',
    file: 'functions/table/conversation-change.ts',
    // Kept twice, by the settings and by their history: both go.
    from: "'#version = :version', { ':version': version - 1 }),\n    put(\n      SettingsVersionEntity.toItem(tenant, { conversationId, version }, { settings, seq }),\n      'attribute_not_exists(pk)',",
    to: "'#version >= :version OR #version < :version', { ':version': version - 1 }),\n    put(\n      SettingsVersionEntity.toItem(tenant, { conversationId, version }, { settings, seq }),\n      'attribute_not_exists(pk) OR attribute_exists(pk)',",
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'threshold-above',
    invariant: 'I7',
    guard: 'nobody moves a threshold that stands above them',
    file: 'functions/domain/settings.ts',
    from: '!(reaches(role, old[action]) && reaches(role, next[action]))',
    to: '!reaches(role, next[action])',
    test: 'test/domain/settings.test.ts',
  },
  {
    name: 'send-threshold',
    invariant: 'I7',
    guard: 'who may send is a setting',
    file: 'functions/sending/permit.ts',
    from: 'refusalByRules(head.rules, member.role)',
    to: 'undefined',
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'slow-mode-race',
    invariant: 'I6',
    guard: 'of several sends at once in slow mode one goes through',
    file: 'functions/table/settings.ts',
    from: "ConditionExpression: 'attribute_not_exists(#at) OR #at <= :due OR #clientId = :clientId'",
    to: "ConditionExpression: 'attribute_not_exists(#at) OR #at <= :due OR #clientId = :clientId OR attribute_exists(#at)'",
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'since-joined-history',
    invariant: 'I11',
    guard: 'history begins where the member joined, where the setting says so',
    file: 'functions/domain/visibility.ts',
    from: 'Math.max(firstVisible(head.rules, member), head.firstSeq)',
    to: 'head.firstSeq',
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'since-joined-message',
    invariant: 'I11',
    guard: 'a message from before the member joined is not there for them',
    file: 'functions/table/visible-message.ts',
    from: 'if (!inSight(sight, seq, stored.a)) return undefined;',
    to: '',
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'restore-archived-only',
    invariant: 'I1',
    guard: 'restoring takes its number only from an archived conversation',
    file: 'functions/table/conversation-change.ts',
    from: "archived ? 'attribute_not_exists(#archivedAt)' : 'attribute_exists(#archivedAt)'",
    to: "'attribute_exists(pk)'",
    test: TEST,
    needs: 'emulator',
  },
];
