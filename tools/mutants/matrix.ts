import type { Mutant } from './mutant.ts';

const TEST = 'test/table/matrix-conversation.test.ts';
const HIDDEN = { invariant: 'I9', test: TEST, needs: 'emulator' } as const;

/** Guards that only the matrix of all operations and all roles watches. */
export const MATRIX_MUTANTS: readonly Mutant[] = [
  {
    ...HIDDEN,
    name: 'reading-the-past',
    guard: 'what was before a member came is hidden with its receipts and reactions, and nobody reacts to it',
    file: 'functions/table/visible-message.ts',
    from: 'if (!inSight(sight, seq, stored.a)) return undefined;',
    to: '',
  },
  {
    ...HIDDEN,
    name: 'preview-of-the-past',
    guard: 'what was before a member came is hidden in the preview too',
    file: 'functions/domain/visibility.ts',
    from: '  inSight(sight, lastSeq, last.a ?? lastAt) &&\n',
    to: '',
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
