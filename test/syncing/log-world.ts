import fc from 'fast-check';
import type { Event } from '#contract/events.ts';
import { LIMITS } from '#domain/sequence.ts';
import type { Reading } from '#syncing/read-events.ts';
import type { ChangeOf } from '#table/log/change.ts';
import type { Entry } from '#table/log/store.ts';
import type { StoredMessage } from '#table/message.ts';
import { gated, MemoryLog } from '#test/support/memory-log.ts';

export const CONVERSATION = `cnv_${'L'.repeat(22)}`;
/** The time of every reading. */
export const NOW = Date.UTC(2026, 10, 21, 12);
/** What is older than this has expired. */
export const SINCE = NOW - 86_400_000;

/** The version of every message after all changes. */
export const NOW_VERSION = 1_000;

/** What lies at a number. A `late` message is stored between the first look at its number and the second. */
type Kind = 'text' | 'hidden' | 'expired' | 'void' | 'hole' | 'late' | 'profile' | 'edit' | 'react' | 'pin' | 'reply';

/** A log, to be built. */
export interface Plan {
  readonly kinds: readonly Kind[];
  /** Numbers purged from the start. */
  readonly purged: number;
  /** The first number that the reader may see. */
  readonly from: number;
  /** How many of the last numbers were taken a moment ago. */
  readonly young: number;
  /** Picks the messages that changes are of. */
  readonly dice: readonly number[];
}

const kind = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Kind>('text') },
  { weight: 4, arbitrary: fc.constantFrom<Kind>('edit', 'react', 'pin', 'profile', 'reply') },
  { weight: 3, arbitrary: fc.constantFrom<Kind>('hidden', 'expired', 'void', 'hole', 'late') },
);

export const plans: fc.Arbitrary<Plan> = fc
  .record({
    kinds: fc.array(kind, { minLength: 1, maxLength: 60 }),
    purged: fc.oneof(fc.constant(0), fc.nat(20)),
    from: fc.oneof(fc.constant(1), fc.nat(40)),
    young: fc.nat(30),
    dice: fc.array(fc.nat(1_000), { minLength: 60, maxLength: 60 }),
  })
  .map(({ kinds, purged, from, ...rest }) => ({
    ...rest,
    // What is expired lies before what is not: times rise with numbers.
    kinds: kinds.map((one, index) =>
      one === 'expired' && kinds.slice(0, index).some((k) => k !== 'expired') ? 'text' : one,
    ),
    purged: Math.min(purged, kinds.length - 1),
    from: Math.max(1, Math.min(from, kinds.length)),
  }));

/** A log as it was built, and what its reader is to be told. */
export interface World {
  readonly reading: Reading;
  readonly log: MemoryLog;
  readonly size: number;
  /** The first number that is told, if it tells anything. */
  readonly from: number;
  readonly firstSeq: number;
  /** The last number that may be told after one: before the first young hole. */
  readonly endAfter: (start: number) => number;
  /** Numbers that tell something, settled or not. */
  readonly telling: readonly number[];
}

/** Builds the log in memory, with a reader who has hidden some of it. */
export function build({ kinds, purged, from: wanted, young, dice }: Plan): World {
  const log = new MemoryLog();
  const size = kinds.length;
  const firstSeq = purged + 1;
  const from = Math.max(firstSeq, wanted);
  const isYoung = (seq: number) => seq > size - young;
  const ageOf = (seq: number) => (isYoung(seq) ? LIMITS.holeAge / 10 : LIMITS.holeAge * 10) - seq / 100;
  const atOf = (seq: number) => (kinds[seq - 1] === 'expired' ? SINCE - 1_000 + seq : NOW - ageOf(seq));
  const isMessage = (seq: number) => ['text', 'hidden', 'late', 'reply', 'expired'].includes(kinds[seq - 1]!);
  const hidden = new Set(kinds.flatMap((one, index) => (one === 'hidden' ? [index + 1] : [])));
  /** A message as it is now, or as the first look finds it: an older state. */
  const messageAt = (seq: number, v = NOW_VERSION): StoredMessage => {
    const root = kinds[seq - 1] === 'reply' ? targetOf(seq) : undefined;
    return {
      ...{ u: 'ada', b: { type: 'text', text: `number ${seq}` }, a: atOf(seq), v },
      ...(root === undefined ? {} : { t: { r: root, p: [] } }),
      ...(roots.has(seq) ? { k: { v: 1, c: 1, k: 1, u: ['ada'], f: seq, s: seq, a: NOW } } : {}),
    };
  };
  /** A message before, which the change or the reply is of. */
  const targetOf = (seq: number): number | undefined => {
    const before = Array.from({ length: seq - 1 }, (_, index) => index + 1).filter(isMessage);
    return before[dice[seq - 1]! % Math.max(1, before.length)];
  };
  const roots = new Set(kinds.flatMap((one, index) => (one === 'reply' ? [targetOf(index + 1)] : [])));
  const changeAt = (seq: number): ChangeOf => {
    const target = targetOf(seq);
    const body = { type: 'text', text: 'before' } as const;
    switch (target === undefined ? 'profile' : kinds[seq - 1]) {
      case 'edit':
        return { kind: 'message_edited', seq: target!, before: body, version: seq };
      case 'react':
        return { kind: 'reaction_added', seq: target!, reactions: [{ e: '👍', c: 1, u: ['bob'] }] };
      case 'pin':
        return { kind: 'pin_added', message: target! };
      default:
        return { kind: 'conversation_updated', before: {}, after: { name: `name ${seq}` }, version: seq };
    }
  };
  const late = new Map<number, Entry>();
  for (let seq = firstSeq; seq <= size; seq++) {
    const one = kinds[seq - 1]!;
    if (one === 'hole') continue;
    if (one === 'void') log.void(seq, atOf(seq));
    else if (one === 'late') late.set(seq, { kind: 'message', seq, at: atOf(seq), message: messageAt(seq) });
    else if (isMessage(seq)) log.put(seq, messageAt(seq, 1));
    else
      log.write({
        kind: 'change',
        seq,
        at: atOf(seq),
        change: { u: 'bob', c: 'c', h: 'h', a: atOf(seq), d: changeAt(seq) },
      });
  }
  const remembered = Object.fromEntries(
    kinds.flatMap((one, index) =>
      index >= purged && ['hole', 'late', 'text'].includes(one) ? [[`k${index}`, index + 1]] : [],
    ),
  );
  log.head = {
    ...log.head!,
    seq: size,
    firstSeq,
    recent: remembered,
    lastAt: Math.max(...kinds.map((_, index) => atOf(index + 1))),
  };
  let looks = 0;
  const reading: Reading = {
    conversationId: CONVERSATION,
    log: gated(log, async (name, step) => {
      // Whoever looks a second time finds what was late; a void came first where it was written.
      if (name === 'entries' && looks++ > 0)
        for (const [seq, entry] of late) if (!log.entries.has(seq)) log.entries.set(seq, entry);
      return step();
    }),
    head: log.head,
    sight: { from, since: SINCE },
    isHidden: async ([first, last]) => new Set([...hidden].filter((seq) => seq >= first && seq <= last)),
    messagesAt: async (numbers) =>
      new Map(numbers.filter((seq) => seq >= firstSeq && isMessage(seq)).map((seq) => [seq, messageAt(seq)])),
  };
  // The first number behind a hole that holds something tells how old the hole is, and so does one that was late: the second
  // look, which finds it, is the look that judges the hole.
  const endAfter = (start: number): number => {
    const unsettled = kinds.findIndex((one, index) => {
      if (one !== 'hole' || index + 1 < from || index < start) return false;
      const behind = kinds.findIndex((one, later) => later > index && one !== 'hole');
      return isYoung(behind === -1 ? size : behind + 1);
    });
    return unsettled === -1 ? size : unsettled;
  };
  const seen = (seq: number) => seq >= from && !hidden.has(seq) && kinds[seq - 1] !== 'expired';
  const telling = kinds.flatMap((one, index) => {
    const seq = index + 1;
    const target = targetOf(seq);
    if (seq < firstSeq || one === 'hole' || one === 'void') return [];
    if (isMessage(seq)) return seen(seq) || (one === 'reply' && seq >= from && target && seen(target)) ? [seq] : [];
    // What is pinned, and in which version, is the conversation's, whether or not one sees the message.
    if (one === 'profile' || one === 'pin' || target === undefined) return seq >= from ? [seq] : [];
    // A reaction says nothing of the message itself.
    const tells = one === 'edit' ? seen(target) : target >= from && !hidden.has(target);
    return tells ? [seq] : [];
  });
  return { reading, log, size, from, firstSeq, endAfter, telling };
}

/** The numbers that events bear, each once, in their order. */
export const numbersIn = (events: readonly Event[]): number[] =>
  events.map((event) => ('seq' in event ? event.seq! : Number.NaN)).filter((seq, index, all) => seq !== all[index - 1]);
