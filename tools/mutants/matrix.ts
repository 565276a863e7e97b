import type { Mutant } from './mutant.ts';

const TEST = 'test/table/matrix-conversation.test.ts';
const HIDDEN = { invariant: 'I9', test: TEST, needs: 'emulator' } as const;

/** Guards that only the matrix of all operations and all roles watches. */
export const MATRIX_MUTANTS: readonly Mutant[] = [
  {
    ...HIDDEN,
    name: 'receipts-of-the-past',
    guard: 'what was before a member came is hidden with its receipts',
    file: 'functions/api/receipts/list-receipts.ts',
    from: ' || seq < firstVisible(head.rules, member)',
    to: '',
  },
  {
    ...HIDDEN,
    name: 'reactions-of-the-past',
    guard: 'what was before a member came is hidden with its reactions',
    file: 'functions/api/reactions/list-reactions.ts',
    from: ' || message.seq < firstVisible(head.rules, member)',
    to: '',
  },
  {
    ...HIDDEN,
    name: 'reacting-to-the-past',
    guard: 'nobody reacts to what they may not read, and reads it in the answer',
    file: 'functions/api/reactions/change-reactions.ts',
    from: ' || target < firstVisible(room.rules, member)',
    to: '',
  },
  {
    ...HIDDEN,
    name: 'preview-of-the-past',
    guard: 'what was before a member came is hidden in the preview too',
    file: 'functions/table/conversation.ts',
    from: 'shown.lastMessage && shown.lastMessage.seq < first ? { ...shown, lastMessage: null } : shown',
    to: 'first < 0 ? { ...shown, lastMessage: null } : shown',
  },
  {
    name: 'guest-who-edits',
    invariant: 'I7',
    guard: 'whoever may not send may not edit either',
    file: 'functions/api/messages/edit-message.ts',
    from: '    refusalToWrite(head, member) ??\n',
    to: '',
    test: TEST,
    needs: 'emulator',
  },
];
