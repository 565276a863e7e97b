import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Counted,
  type HeadCounts,
  type Marker,
  markerAfter,
  markerBefore,
  unreadByCounters,
  unreadByHand,
} from '#domain/unread.ts';
import { moves, watermarksOf } from '#domain/watermark.ts';

const USERS = ['ada', 'bob', 'cleo'] as const;
type User = (typeof USERS)[number];

/** A step in the life of a conversation. `at` picks a number of the log or a place between the marker and the head. */
type Step =
  | { readonly kind: 'send' | 'import' | 'system' | 'edit' | 'die'; readonly by: User }
  | { readonly kind: 'delete' | 'restore' | 'settle' | 'fill'; readonly at: number }
  | { readonly kind: 'read'; readonly by: User; readonly at: number; readonly counted: boolean }
  | { readonly kind: 'forget' };

const by = fc.constantFrom(...USERS);
const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('send' as const), by }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('system' as const, 'edit' as const, 'die' as const, 'import' as const),
      by,
    }),
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
class Room {
  readonly log = new Map<number, Counted>();
  head: HeadCounts & { n: number; g: number; v: number } = { seq: 1, firstSeq: 1, n: 0, g: 0, v: 0 };
  speakers: Partial<Record<User, number>> = {};
  readonly kept: Partial<Record<User, number>> = {};
  readonly markers: Record<User, Marker> = {
    ada: { seq: 1, n: 0, g: 0 },
    bob: { seq: 1, n: 0, g: 0 },
    cleo: { seq: 1, n: 0, g: 0 },
  };
  /** Numbers taken by writers that died, or are late. */
  readonly holes = new Map<number, User>();

  constructor() {
    this.log.set(1, { kind: 'system', seq: 1 });
  }

  /** One update of the head, as a take is. */
  take(user: User | undefined, removes = false): number {
    const seq = this.head.seq + 1;
    const n = this.head.n + (user ? 1 : 0);
    this.head = {
      ...this.head,
      seq,
      n,
      g: this.head.g + (removes ? 1 : 0),
      ...(user ? { lastSeq: seq, last: { by: user } } : {}),
    };
    if (user) this.speakers[user] = n;
    return seq;
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
    const seq = this.take(undefined, true);
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
    if (one.kind === 'send' || one.kind === 'import') {
      const seq = this.take(one.by);
      this.log.set(seq, { kind: 'message', seq, sent: one.by, deleted: false });
    } else if (one.kind === 'die') this.holes.set(this.take(one.by), one.by);
    else if (one.kind === 'system' || one.kind === 'edit') {
      const seq = this.take(undefined);
      this.log.set(seq, { kind: one.kind === 'edit' ? 'change' : 'system', seq });
    } else if (one.kind === 'delete' || one.kind === 'restore') this.change(one.at, one.kind === 'delete');
    else if (one.kind === 'settle' || one.kind === 'fill') {
      const [seq, sent] = [...this.holes][Math.floor(one.at * this.holes.size)] ?? [];
      if (seq === undefined || sent === undefined) return;
      if (one.kind === 'settle') this.void(seq);
      else {
        this.holes.delete(seq);
        this.log.set(seq, { kind: 'message', seq, sent, deleted: false });
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

  /** The count by hand, straight from the definition: it knows nothing of counters. */
  byHand(userId: User): number {
    const entries = [...this.log.values()];
    const sent = entries.flatMap((entry) => (entry.kind === 'message' && entry.sent === userId ? [entry.seq] : []));
    const marker = Math.max(this.markers[userId].seq, ...sent);
    return entries.filter(
      (entry) => entry.kind === 'message' && entry.seq > marker && entry.sent !== userId && !entry.deleted,
    ).length;
  }
}

/** How often counters alone told, over all runs: a property that always falls back would prove little. */
const told = { counters: 0, log: 0 };

const countsAgree = (room: Room): void => {
  for (const user of USERS) {
    const byCounters = unreadByCounters(room.head, room.readerOf(user));
    const newestFirst = [...room.log.values()].sort((a, b) => b.seq - a.seq);
    const inLog = unreadByHand(newestFirst, room.readerOf(user)).unread;
    expect(inLog).toBe(room.byHand(user));
    if (byCounters !== undefined) expect(byCounters).toBe(room.byHand(user));
    told[byCounters === undefined ? 'log' : 'counters'] += 1;
  }
};

describe('unread messages', () => {
  it('equal a count by hand whenever nothing is in flight, whatever happened before (3,000 lives)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const room = new Room();
        for (const one of steps) {
          room.do(one);
          if (room.holes.size === 0) countsAgree(room);
        }
        for (const hole of [...room.holes.keys()]) room.void(hole);
        countsAgree(room);
      }),
      { numRuns: 3_000 },
    );
    expect(told.counters).toBeGreaterThan(told.log);
  });

  it('are told by counters, whatever was edited and whoever came, while nothing was deleted or voided', () => {
    const calm = step.filter(({ kind }) => ['send', 'system', 'edit', 'read', 'forget'].includes(kind));
    fc.assert(
      fc.property(fc.array(calm, { maxLength: 40, size: 'max' }), (steps) => {
        const room = new Room();
        for (const one of steps) room.do(one);
        for (const user of USERS) expect(unreadByCounters(room.head, room.readerOf(user))).toBe(room.byHand(user));
      }),
      { numRuns: 1_000 },
    );
  });

  it('are counted in the log after a purge beyond the marker, and where the head is older than its counters', () => {
    const reader = { userId: 'ada', marker: { seq: 3, n: 2, g: 0 } };
    const head = { seq: 9, firstSeq: 1, n: 8, g: 0, v: 0 };
    expect(unreadByCounters(head, reader)).toBe(6);
    expect(unreadByCounters({ ...head, firstSeq: 4 }, reader)).toBe(6);
    expect(unreadByCounters({ ...head, firstSeq: 5 }, reader)).toBeUndefined();
    expect(unreadByCounters({ ...head, n: undefined }, reader)).toBeUndefined();
    expect(unreadByCounters(head, { ...reader, marker: { seq: 3 } })).toBeUndefined();
  });

  it('have no counters at a marker while an entry that was counted is not there yet', () => {
    const head = { seq: 3, firstSeq: 1, n: 2, g: 0, v: 0 };
    const late = { kind: 'message', seq: 3, sent: 'bob', deleted: false } as const;
    expect(markerBefore(head, 1, [{ ...late, seq: 2 }, late])).toEqual({ seq: 1, n: 0, g: 0 });
    expect(markerBefore(head, 1, [late])).toBeUndefined();
    expect(markerAfter({ seq: 1, n: 0, g: 0 }, 3, [late])).toBeUndefined();
  });
});

describe('watermarks', () => {
  it('never go back, never pass the head, and read implies delivered (1,000 runs)', () => {
    const number = fc.integer({ min: 1, max: 20 });
    const move = fc.record({ kind: fc.constantFrom('read' as const, 'delivered' as const), to: number });
    fc.assert(
      fc.property(number, fc.array(move), (headSeq, made) => {
        let stored: { readSeq?: number; deliveredSeq?: number } = {};
        for (const { kind, to } of made) {
          const before = watermarksOf(stored);
          if (to > headSeq)
            expect(() => moves(before[kind], to, headSeq)).toThrow(
              expect.objectContaining({ code: 'watermark.beyond_head' }),
            );
          else if (moves(before[kind], to, headSeq)) stored = { ...stored, [`${kind}Seq`]: to };
          const after = watermarksOf(stored);
          expect(after.read).toBeGreaterThanOrEqual(before.read);
          expect(after.delivered).toBeGreaterThanOrEqual(Math.max(before.delivered, after.read));
          expect(after.delivered).toBeLessThanOrEqual(headSeq);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
