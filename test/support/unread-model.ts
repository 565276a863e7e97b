import fc from 'fast-check';
import { expect } from 'vitest';
import { type Called, mentions } from '#domain/message-parts.ts';
import {
  type Counted,
  type HeadCounts,
  isMention,
  type Marker,
  markerAfter,
  markerBefore,
  mentionsAfter,
  unreadByCounters,
  unreadByHand,
} from '#domain/unread.ts';

export const USERS = ['ada', 'bob', 'cleo'] as const;
type User = (typeof USERS)[number];

/** A step in the life of a conversation. `at` picks a number of the log or a place between the marker and the head. */
type Step =
  | { readonly kind: 'send' | 'die'; readonly by: User; readonly calls: Called | undefined }
  | { readonly kind: 'import' | 'system' | 'edit'; readonly by: User }
  | { readonly kind: 'mention'; readonly at: number; readonly calls: Called | undefined }
  | { readonly kind: 'delete' | 'restore' | 'settle' | 'fill'; readonly at: number }
  | { readonly kind: 'read'; readonly by: User; readonly at: number; readonly counted: boolean }
  | { readonly kind: 'forget' };

export const by = fc.constantFrom(...USERS);
export const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const calls: fc.Arbitrary<Called | undefined> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.subarray([...USERS], { minLength: 1 }).map((u) => ({ u })) },
  { weight: 1, arbitrary: fc.constant({ a: true as const }) },
);
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('send' as const), by, calls }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), by, calls }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('mention' as const), at, calls }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('system' as const, 'edit' as const, 'import' as const), by }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('delete' as const, 'restore' as const, 'settle' as const, 'fill' as const),
      at,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), by, at, counted: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const) }) },
);

/** A conversation as the table keeps it: the log, the head's counters, and what each member keeps. */
export class Room {
  readonly log = new Map<number, Counted>();
  head: HeadCounts & { n: number; g: number; v: number } = { seq: 1, firstSeq: 1, n: 0, g: 0, v: 0 };
  /** Whom messages have ever mentioned, by number. */
  readonly noted = new Map<number, Called[]>();
  speakers: Partial<Record<User, number>> = {};
  readonly kept: Partial<Record<User, number>> = {};
  readonly markers: Record<User, Marker> = {
    ada: { seq: 1, n: 0, g: 0 },
    bob: { seq: 1, n: 0, g: 0 },
    cleo: { seq: 1, n: 0, g: 0 },
  };
  /** Numbers taken by writers that died, or are late. */
  readonly holes = new Map<number, { readonly by: User; readonly calls: Called | undefined }>();

  constructor() {
    this.log.set(1, { kind: 'system', seq: 1 });
  }

  /** One update of the head, as a take is. */
  take(
    user: User | undefined,
    { removes = false, calls }: { removes?: boolean; calls?: Called | undefined } = {},
  ): number {
    const seq = this.head.seq + 1;
    const n = this.head.n + (user ? 1 : 0);
    this.head = {
      ...this.head,
      seq,
      n,
      g: this.head.g + (removes ? 1 : 0),
      ...(calls ? { m: seq } : {}),
      ...(user ? { lastSeq: seq, last: { by: user } } : {}),
    };
    if (user) this.speakers[user] = n;
    return seq;
  }

  note(seq: number, calls: Called | undefined): void {
    if (calls) this.noted.set(seq, [...(this.noted.get(seq) ?? []), calls]);
  }

  /** An edit that changes whom a message mentions. */
  mention(place: number, calls: Called | undefined): void {
    const messages = [...this.log.values()].filter((entry) => entry.kind === 'message');
    const target = messages[Math.floor(place * messages.length)];
    if (!target) return;
    const seq = this.take(undefined, { calls });
    this.note(target.seq, calls);
    if (target.deleted) this.void(seq);
    else {
      this.log.set(target.seq, { ...target, calls });
      this.log.set(seq, { kind: 'change', seq });
    }
  }

  void(seq: number): void {
    this.head = { ...this.head, v: Math.max(this.head.v, seq) };
    if (this.head.lastSeq === seq) {
      const { last: _, lastSeq: __, ...rest } = this.head;
      this.head = rest;
    }
    this.log.set(seq, { kind: 'void', seq });
    this.holes.delete(seq);
  }

  between(first: number, last: number): Counted[] {
    return [...this.log.values()].filter(({ seq }) => seq >= first && seq <= last).sort((a, b) => a.seq - b.seq);
  }

  change(place: number, deleted: boolean): void {
    const messages = [...this.log.values()].filter((entry) => entry.kind === 'message');
    const target = messages[Math.floor(place * messages.length)];
    const seq = this.take(undefined, { removes: true });
    // A change that finds nothing to change gives its number a void.
    if (!target || target.deleted === deleted) this.void(seq);
    else {
      this.log.set(target.seq, { ...target, deleted });
      this.log.set(seq, { kind: 'removal', seq });
    }
  }

  read(user: User, place: number, counted: boolean): void {
    const from = this.markers[user];
    const seq = from.seq + Math.round(place * 1.2 * (this.head.seq - from.seq));
    if (seq > this.head.seq || seq <= from.seq) return;
    const full = { seq, n: this.head.n, g: this.head.g };
    this.markers[user] =
      seq === this.head.seq
        ? full
        : ((counted
            ? markerBefore(this.head, seq, this.between(seq + 1, this.head.seq))
            : markerAfter(from, seq, this.between(from.seq + 1, seq))) ?? { seq });
  }

  do(one: Step): void {
    if (one.kind === 'import') {
      const seq = this.take(one.by);
      this.log.set(seq, { kind: 'message', seq, sent: one.by, deleted: false });
    } else if (one.kind === 'send') {
      const seq = this.take(one.by, one);
      this.note(seq, one.calls);
      this.log.set(seq, { kind: 'message', seq, sent: one.by, deleted: false, calls: one.calls });
    } else if (one.kind === 'die') {
      const seq = this.take(one.by, one);
      this.note(seq, one.calls);
      this.holes.set(seq, one);
    } else if (one.kind === 'mention') this.mention(one.at, one.calls);
    else if (one.kind === 'system' || one.kind === 'edit') {
      const seq = this.take(undefined);
      this.log.set(seq, { kind: one.kind === 'edit' ? 'change' : 'system', seq });
    } else if (one.kind === 'delete' || one.kind === 'restore') this.change(one.at, one.kind === 'delete');
    else if (one.kind === 'settle' || one.kind === 'fill') {
      const [seq, late] = [...this.holes][Math.floor(one.at * this.holes.size)] ?? [];
      if (seq === undefined || late === undefined) return;
      if (one.kind === 'settle') this.void(seq);
      else {
        this.holes.delete(seq);
        this.log.set(seq, { kind: 'message', seq, sent: late.by, deleted: false, calls: late.calls });
      }
    } else if (one.kind === 'read') this.read(one.by, one.at, one.counted);
    else {
      Object.assign(this.kept, this.speakers);
      this.speakers = {};
    }
  }

  readerOf(userId: User) {
    return {
      userId,
      marker: this.markers[userId],
      spoke: Math.max(this.speakers[userId] ?? 0, this.kept[userId] ?? 0),
    };
  }

  /** Mentions as they are counted without walking through the log; undefined when that has to be done. */
  mentionsOf(user: User): number | undefined {
    const after = mentionsAfter(this.head, this.readerOf(user));
    if (after === 'unknown') return undefined;
    if (after === 'none') return 0;
    const numbers = [...this.noted].flatMap(([seq, called]) =>
      seq > after && called.some((one) => mentions(one, user)) ? [seq] : [],
    );
    return numbers.filter((seq) => isMention(this.log.get(seq), user)).length;
  }

  /** The counts by hand, straight from the definition: they know nothing of counters. */
  byHand(userId: User): { unread: number; mentions: number } {
    const entries = [...this.log.values()].filter((entry) => entry.kind === 'message');
    const marker = Math.max(
      this.markers[userId].seq,
      ...entries.filter((e) => e.sent === userId).map(({ seq }) => seq),
    );
    const unread = entries.filter(({ seq, sent, deleted }) => seq > marker && sent !== userId && !deleted);
    const calling = unread.filter(({ calls }) => calls?.a || calls?.u?.includes(userId));
    return { unread: unread.length, mentions: calling.length };
  }
}

/** How often counters alone told, over all runs: a property that always falls back would prove little. */
export const told = { counters: 0, log: 0, noted: 0, walked: 0 };

export const countsAgree = (room: Room): void => {
  for (const user of USERS) {
    const byCounters = unreadByCounters(room.head, room.readerOf(user));
    const newestFirst = [...room.log.values()].sort((a, b) => b.seq - a.seq);
    const { unread, mentions: inLog } = unreadByHand(newestFirst, room.readerOf(user));
    expect({ unread, mentions: inLog }).toEqual(room.byHand(user));
    if (byCounters !== undefined) expect(byCounters).toBe(room.byHand(user).unread);
    const noted = room.mentionsOf(user);
    if (noted !== undefined) expect(noted).toBe(room.byHand(user).mentions);
    if (noted !== 0) told[noted === undefined ? 'walked' : 'noted'] += 1;
    told[byCounters === undefined ? 'log' : 'counters'] += 1;
  }
};
