import type { Mutant } from './mutant.ts';

const typing = 'functions/realtime/commands/typing.ts';
const tellNow = 'functions/delivery/tell-now.ts';

const typingTest = { test: 'test/table/typing.test.ts', needs: 'emulator' as const };
const tellNowTest = { test: 'test/delivery/tell-now.test.ts' };

const tellPresence = 'functions/delivery/tell-presence.ts';
const watch = 'functions/table/watch.ts';
const presence = 'functions/table/presence.ts';

const presenceTest = { test: 'test/table/presence.test.ts', needs: 'emulator' as const };
const racesTest = { test: 'test/delivery/presence-races.test.ts' };

const TOLD_LAST = 'What a watcher was told last is what is there';
const PRIVATE = 'Nobody learns of comings and goings what is not for them';
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
  {
    name: 'presence-looks-again',
    invariant: TOLD_LAST,
    guard: 'whoever told how somebody is looks again afterwards',
    file: tellPresence,
    from: 'round < ROUNDS',
    to: 'round < 1',
    ...racesTest,
  },
  {
    name: 'presence-watch-first',
    invariant: TOLD_LAST,
    guard: 'a watch is written before it is looked how users are',
    file: 'functions/realtime/commands/presence-watch.ts',
    from: 'await watch(tenant, socket, wanted, at);\n  await showPresence(tenant, socket, wanted);',
    to: 'await showPresence(tenant, socket, wanted);\n  await watch(tenant, socket, wanted, at);',
    ...racesTest,
  },
  {
    name: 'presence-comes',
    invariant: TOLD_LAST,
    guard: 'a user’s first socket is told',
    file: 'functions/realtime/connect.lambda.ts',
    from: 'opened.first && tellPresence',
    to: '!opened.ok && tellPresence',
    ...presenceTest,
  },
  {
    name: 'presence-goes',
    invariant: TOLD_LAST,
    guard: 'the end of a user’s last socket is told',
    file: 'functions/realtime/disconnect.lambda.ts',
    from: 'if (last) await tellPresence(tenant, userId);',
    to: '',
    ...presenceTest,
  },
  {
    name: 'presence-gone',
    invariant: TOLD_LAST,
    guard: 'a last socket that is found to be gone is told',
    file: 'functions/delivery/post.ts',
    from: 'if (last) await tellPresence(tenant, userId);',
    to: '',
    ...presenceTest,
  },
  {
    name: 'presence-reconnect',
    invariant: 'A reconnect says nothing',
    guard: 'a socket beside another is not told',
    file: 'functions/realtime/connect.lambda.ts',
    from: 'opened.first && tellPresence',
    to: 'tellPresence',
    ...presenceTest,
  },
  {
    name: 'presence-ended-watch',
    invariant: BOUNDED,
    guard: 'a watch that has ended by itself is none, before TTL has taken it',
    file: watch,
    from: '.filter(({ until }) => until > at)',
    to: '',
    ...presenceTest,
  },
  {
    name: 'presence-replaces',
    invariant: PRIVATE,
    guard: 'a watch takes away what the one before it watched',
    file: watch,
    from: '...drop.map((watched) => removeWatch(tenant, watched, socket)),',
    to: '',
    ...presenceTest,
  },
  {
    name: 'presence-blocked-told',
    invariant: PRIVATE,
    guard: 'who has blocked the other is told nothing, whoever watched first',
    file: tellPresence,
    from: ' && !blocked.has(socket.userId)',
    to: '',
    ...presenceTest,
  },
  {
    name: 'presence-blocked-shown',
    invariant: PRIVATE,
    guard: 'who has blocked the other is shown as one who is not there',
    file: presence,
    from: 'userIds.filter((userId) => !blocked.has(userId))',
    to: 'userIds.filter((userId) => userId !== viewer || !blocked.has(userId))',
    ...presenceTest,
  },
  {
    name: 'presence-keeps-last-seen',
    invariant: PRIVATE,
    guard: 'when they were last there is kept where they want that',
    file: presence,
    from: 'hiding.has(presence.userId)',
    to: 'hiding.has(presence.userId) && presence.online',
    ...presenceTest,
  },
  {
    name: 'presence-lasts',
    invariant: BOUNDED,
    guard: 'a watch that is said again soon is not written again',
    file: 'functions/domain/presence.ts',
    from: '(before[userId] ?? 0) >= at + WATCH_MINUTES * 60_000',
    to: '(before[userId] ?? 0) >= at + LEASE_MS',
    test: 'test/domain/presence.test.ts',
  },
];
