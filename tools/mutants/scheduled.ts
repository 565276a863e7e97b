import type { Mutant } from './mutant.ts';

const TEST = 'test/table/scheduled.test.ts';
const RACES = 'test/table/scheduled-races.test.ts';

/** Guards of scheduled messages. */
export const SCHEDULED_MUTANTS: readonly Mutant[] = [
  {
    name: 'scheduled-claim',
    invariant: 'I2',
    guard: 'of edit, cancellation and sender one wins',
    file: 'functions/table/scheduled.ts',
    from: "ConditionExpression: '#version = :before'",
    to: "ConditionExpression: '#version >= :before OR #version < :before'",
    test: RACES,
    needs: 'emulator',
  },
  {
    name: 'scheduled-same-id',
    invariant: 'I2',
    guard: 'whoever goes on after a crash sends under the same client id',
    file: 'functions/sending/scheduled.ts',
    from: 'clientId: sendId }',
    to: 'clientId: mintClientId() }',
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'scheduled-cap',
    invariant: 'I6',
    guard: 'a user has a hundred messages scheduled at most',
    file: 'functions/table/own.ts',
    from: "'attribute_not_exists(#n) OR #n < :most'",
    to: "'attribute_not_exists(#n) OR #n < :most OR attribute_exists(#n)'",
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'scheduled-not-early',
    invariant: 'I2',
    guard: 'nothing is sent before it is due',
    file: 'functions/sending/scheduled.ts',
    from: "if (before.state === 'scheduled' && !isDue) return before;",
    to: "if (before.state === 'scheduled' && before.version < 0 && !isDue) return before;",
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'scheduled-waits',
    invariant: 'I3',
    guard: 'a message whose author sent too much waits for its turn',
    file: 'functions/domain/scheduled.ts',
    from: 'PASSING.includes(code) &&',
    to: "code === '' &&",
    test: TEST,
    needs: 'emulator',
  },
];
