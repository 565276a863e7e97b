import type { Mutant } from './mutant.ts';

const PLANTED: readonly Pick<Mutant, 'name' | 'guard' | 'file' | 'from' | 'to'>[] = [
  {
    name: 'equal-reactions-added',
    guard: 'counts of reactions are put in the place of those before',
    file: 'client/src/reduce/message.ts',
    from: 'reactions.map((other) => (is(other) ? one : other))',
    to: 'reactions.map((other) => (is(other) ? { ...one, count: one.count + other.count } : other))',
  },
  {
    name: 'equal-older-patch',
    guard: 'a patch changes the version that is shown',
    file: 'client/src/reduce/message.ts',
    from: 'const next = { ...message, ...patch };',
    to: 'const next = { ...message, ...patch, version: message.version };',
  },
  {
    name: 'equal-thread-first-only',
    guard: 'a thread’s summary is replaced by one of a greater version',
    file: 'client/src/reduce/message.ts',
    from: '(message.thread?.summary?.version ?? 0) >= summary.version',
    to: 'message.thread?.summary',
  },
  {
    name: 'equal-unread-stays',
    guard: 'one’s own message reads what was unread',
    file: 'client/src/reduce/line.ts',
    from: 'if (senderId === me) return { ...line, lastActivityAt, lastMessage, unreadCount: 0, mentionCount: 0 };',
    to: 'if (senderId === me) return { ...line, lastActivityAt, lastMessage };',
  },
  {
    name: 'equal-pin-behind',
    guard: 'a pin comes in front of the others',
    file: 'client/src/reduce/room.ts',
    from: 'items: [{ message: { ...known, pinned: true }, pinnedBy, pinnedAt }, ...others]',
    to: 'items: [...others, { message: { ...known, pinned: true }, pinnedBy, pinnedAt }]',
  },
  {
    name: 'equal-pin-deleted',
    guard: 'a message that is deleted is pinned no more',
    file: 'client/src/reduce/room.ts',
    from: "return withoutPin(pins, event.messageId);\n    case 'message:hidden':",
    to: "return pins;\n    case 'message:hidden':",
  },
  {
    name: 'equal-role-stays',
    guard: 'a role that was changed is shown',
    file: 'client/src/reduce/room.ts',
    from: 'return role === undefined || role === one.role ? one : { ...one, role };',
    to: 'return one;',
  },
  {
    name: 'equal-away',
    guard: 'what carries no number is read anew after a time without a socket',
    file: 'client/src/engine.ts',
    from: 'if (away) this.timers.after(SECOND_LOOK_MS, () => this.#refresh.all());',
    to: '',
  },
  {
    name: 'equal-reply-alone',
    guard: 'a reply of one’s own does not hide the event of its thread behind it',
    file: 'client/src/sync.ts',
    from: 'if (message.thread === null) this.receive(event);',
    to: 'if (seq) this.receive(event);',
  },
  {
    name: 'equal-restore-untold',
    guard: 'a message that is restored is told with its reactions',
    file: 'functions/syncing/log-event.ts',
    from: "...(kind === 'message_restored' ? { reactions, reactionsSeq } : {}),",
    to: '',
  },
  {
    name: 'equal-own-settings',
    guard: 'what one sets for oneself is told to one’s own devices',
    file: 'functions/api/receipts/update-my-settings.ts',
    from: '[userId]',
    to: '[]',
  },
  {
    name: 'equal-activity',
    guard: 'changes leave the time of the last activity',
    file: 'functions/table/conversation.ts',
    from: 'last ? (last.a ?? lastAt) : createdAt;',
    to: 'Math.max(lastAt, last?.a ?? createdAt);',
  },
];

/** Bugs of events and of the reducer that only show when a client’s state is held against a fresh snapshot. */
export const EQUAL_MUTANTS: readonly Mutant[] = PLANTED.map((planted) => ({
  ...planted,
  invariant: 'I4',
  test: 'test/client/equal.test.ts',
}));
