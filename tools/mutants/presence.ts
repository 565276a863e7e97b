import type { Mutant } from './mutant.ts';

const typing = 'functions/realtime/commands/typing.ts';
const tellNow = 'functions/delivery/tell-now.ts';

const typingTest = { test: 'test/table/typing.test.ts', needs: 'emulator' as const };
const tellNowTest = { test: 'test/delivery/tell-now.test.ts' };

const BOUNDED = 'Telling costs what is bounded';
const AS_SENDING = 'Who may not write is not shown as writing';

/** Guards of what is told as it happens and kept nowhere: typing, presence. */
export const PRESENCE_MUTANTS: readonly Mutant[] = [
  {
    name: 'typing-refused',
    invariant: AS_SENDING,
    guard: 'who may not send may not type: guests, the blocked, outsiders',
    file: typing,
    from: 'refusalToWrite(standing?.head, standing?.member) ??',
    to: '(standing ? undefined : refusalToWrite(undefined, undefined)) ??',
    ...typingTest,
  },
  {
    name: 'typing-archived',
    invariant: AS_SENDING,
    guard: 'nobody types in what is archived',
    file: typing,
    from: 'standing?.head.archivedAt === undefined ? undefined',
    to: 'standing ? undefined',
    ...typingTest,
  },
  {
    name: 'typing-refused-again',
    invariant: AS_SENDING,
    guard: 'a refusal is no reason to refuse nothing for two seconds',
    file: typing,
    from: 'passed.delete(place);\n    throw',
    to: 'throw',
    ...typingTest,
  },
  {
    name: 'typing-own',
    invariant: 'Typing is told to the others',
    guard: 'one’s own sockets are not told',
    file: typing,
    from: 'filter((member) => member !== userId)',
    to: 'filter(() => true)',
    ...typingTest,
  },
  {
    name: 'typing-large',
    invariant: BOUNDED,
    guard: 'in conversations above the size nobody is told',
    file: typing,
    from: 'if (standing.members > MOST_TO_TELL) return [];',
    to: '',
    ...typingTest,
  },
  {
    name: 'typing-throttle',
    invariant: BOUNDED,
    guard: 'a start is passed on once in two seconds',
    file: 'functions/domain/typing.ts',
    from: 'at - last.since < TYPING_MS',
    to: 'at < last.since',
    test: 'test/domain/typing.test.ts',
  },
  {
    name: 'typing-end',
    invariant: 'Who stopped is not shown as writing',
    guard: 'an end is passed on, however soon after the start',
    file: 'functions/domain/typing.ts',
    from: 'return last && !last.active ? undefined',
    to: 'return last && (!last.active || at - last.since < TYPING_MS) ? undefined',
    test: 'test/domain/typing.test.ts',
  },
  {
    name: 'now-bounded',
    invariant: BOUNDED,
    guard: 'what is told now or never reaches no more sockets than a send does',
    file: tellNow,
    from: 'sockets.slice(0, INLINE_SOCKETS)',
    to: 'sockets',
    ...tellNowTest,
  },
];
