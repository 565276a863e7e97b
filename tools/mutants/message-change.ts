import type { Mutant } from './mutant.ts';

const DOMAIN = 'functions/domain/message-change.ts';
const TEST = 'test/table/message-change.test.ts';

/** Guards of edits and deletions. */
export const MESSAGE_CHANGE_MUTANTS: readonly Mutant[] = [
  {
    name: 'edit-version',
    invariant: 'I8',
    guard: 'a message changes only from the version that was changed',
    file: 'functions/table/message-change.ts',
    from: 'ConditionExpression: `#v = :version AND',
    to: 'ConditionExpression: `(#v = :version OR attribute_exists(pk)) AND',
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'edit-own',
    invariant: 'I8',
    guard: 'a message is edited by its author',
    file: DOMAIN,
    from: "if (before.type === 'system' || senderId !== userId)",
    to: "if (before.type === 'system')",
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'delete-own',
    invariant: 'I7',
    guard: 'others’ messages are deleted by owners and admins',
    file: DOMAIN,
    from: "if (message.senderId !== userId) return new Refusal('message.not_yours');",
    to: '',
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'deleted-history',
    invariant: 'I8',
    guard: 'a deleted message has no past that members may read',
    file: 'functions/api/messages/list-versions.ts',
    from: "if (stored.b.type === 'deleted') throw new Refusal('message.deleted');",
    to: '',
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'preview-of-lost-edit',
    invariant: 'I8',
    guard: 'lists do not show an edit that lost',
    file: 'functions/changing/change-message.ts',
    from: 'if (last) await showInLists(',
    to: 'if (!last) await showInLists(',
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'alias-conversation',
    invariant: 'I9',
    guard: 'an alias that names another conversation finds nothing',
    file: 'functions/changing/change-message.ts',
    from: ' || (named !== undefined && named !== conversationId)',
    to: '',
    test: TEST,
    needs: 'emulator',
  },
];
