import type { Mutant } from './mutant.ts';

const TEST = 'test/table/pins.test.ts';
const RACES = 'test/table/pin-races.test.ts';

/** Guards of pins. */
export const PIN_MUTANTS: readonly Mutant[] = [
  {
    name: 'pin-cap',
    invariant: 'I6',
    guard: 'a conversation has fifty pins at most',
    file: 'functions/domain/pins.ts',
    from: 'others.length >= MOST_PINS',
    to: 'others.length > MOST_PINS',
    test: 'test/domain/pins.test.ts',
  },
  {
    name: 'pin-race',
    invariant: 'I6',
    guard: 'pins are changed from the version that was looked at',
    file: 'functions/table/pins.ts',
    from: "ConditionExpression: '#version = :before'",
    to: "ConditionExpression: '#version = :before OR attribute_exists(#version)'",
    test: RACES,
    needs: 'emulator',
  },
  {
    name: 'pin-order-of-log',
    invariant: 'I4',
    guard: 'pins change in the order of the log',
    file: 'functions/api/pins/change-pins.ts',
    from: 'if (after >= seq) throw new Overtaken();',
    to: 'if (after >= seq + 1_000) throw new Overtaken();',
    test: RACES,
    needs: 'emulator',
  },
  {
    name: 'pin-of-deleted',
    invariant: 'I4',
    guard: 'deleting a message takes its pin away for good',
    file: 'functions/table/message-change.ts',
    from: "${mentions === null ? ',' : ' REMOVE'} #p`",
    to: "${mentions === null ? ',' : ' REMOVE'} #p.#p`",
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'pin-threshold',
    invariant: 'I7',
    guard: 'who may pin is a setting',
    file: 'functions/api/pins/change-pins.ts',
    from: 'if (!reaches(member.role, needed))',
    to: "if (!reaches(member.role, 'member'))",
    test: TEST,
    needs: 'emulator',
  },
  {
    name: 'pins-since-joined',
    invariant: 'I11',
    guard: 'pins of messages from before the member joined are not there for them',
    file: 'functions/api/pins/show-pins.ts',
    from: 'pins.filter(({ m }) => m >= sight.from),\n  );\n  const seen = held.filter(({ pin, stored }) => inSight(sight, pin.m, stored.a));',
    to: 'pins,\n  );\n  const seen = held;',
    test: TEST,
    needs: 'emulator',
  },
];
