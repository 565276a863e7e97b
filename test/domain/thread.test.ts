/**
 * Threads without a table: places, summaries and pages against counts by hand, over random lives in which replies come in
 * another order than their numbers, are deleted and restored, and readers move their markers.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH } from '#contract/thread.ts';
import { Refusal } from '#domain/refusal.ts';
import {
  depthOf,
  markerMoves,
  type Place,
  parentOf,
  placeUnder,
  type Summary,
  takingPart,
  withRemoval,
  withReply,
} from '#domain/thread.ts';
import { treePage } from '#domain/thread-page.ts';
import { unreadByHand } from '#domain/unread.ts';

const RUNS = { numRuns: 1_500 };
const ROOT = 7;
const USERS = ['ada', 'bob', 'carol', 'dan', 'eve', 'fay', 'gus'];

interface Reply extends Place {
  readonly seq: number;
  readonly by: string;
  deleted: boolean;
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('reply' as const), by: fc.nat(6), under: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), which: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), which: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), by: fc.nat(6), upTo: fc.nat(20) }) },
);

/** A life of a thread: numbers are given out in turn, and up to three of them are stored in another order. */
const life = fc.record({ steps: fc.array(step, { maxLength: 40 }), late: fc.array(fc.nat(3), { maxLength: 40 }) });

function live({
  steps,
  late,
}: {
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[];
  late: number[];
}) {
  const replies: Reply[] = [];
  const markers = new Map<string, number>();
  const versions: Summary[] = [];
  let summary: Summary | undefined;
  let taken = ROOT;
  const waiting: { seq: number; by: string; under: number }[] = [];
  const become = (next: Summary): void => {
    summary = next;
    versions.push(next);
  };
  const store = ({ seq, by, under }: { seq: number; by: string; under: number }): void => {
    const parent = under === 0 ? undefined : replies[under % replies.length];
    const place = placeUnder(parent?.seq ?? ROOT, parent);
    if (place instanceof Refusal) return;
    const isNew = !replies.some((reply) => reply.by === by);
    replies.push({ ...place, seq, by, deleted: false });
    become(withReply(summary, { by, isNew, seq, at: 1_000 + seq }));
  };
  for (const [index, now] of steps.entries()) {
    if (now.do === 'reply') {
      taken += 1;
      waiting.push({ seq: taken, by: USERS[now.by]!, under: replies.length === 0 ? 0 : now.under });
      if (waiting.length > (late[index] ?? 0)) for (const each of waiting.splice(0).reverse()) store(each);
    }
    const chosen = now.do === 'delete' || now.do === 'restore' ? replies[now.which % (replies.length || 1)] : undefined;
    if (chosen && summary && chosen.deleted === (now.do === 'restore')) {
      chosen.deleted = now.do === 'delete';
      become(withRemoval(summary, now.do === 'delete' ? 'message_deleted' : 'message_restored'));
    }
    if (now.do === 'read' && summary) {
      const by = USERS[now.by]!;
      const from = markers.get(by) ?? 0;
      const to = ROOT + now.upTo;
      if (to > summary.s) expect(() => markerMoves(from, to, summary!.s)).toThrow(Refusal);
      else if (markerMoves(from, to, summary.s)) markers.set(by, to);
      expect(markers.get(by) ?? 0).toBeGreaterThanOrEqual(from);
      expect(markers.get(by) ?? 0).toBeLessThanOrEqual(summary.s);
    }
  }
  for (const each of waiting) store(each);
  return { replies, markers, summary, versions };
}

describe('a thread', () => {
  it('is summed up exactly, whatever is replied, deleted and restored, in whatever order it is stored', () => {
    fc.assert(
      fc.property(life, (lived) => {
        const { replies, summary, versions } = live(lived);
        if (replies.length === 0) {
          expect(summary).toBeUndefined();
          return;
        }
        expect(summary).toMatchObject({
          c: replies.filter(({ deleted }) => !deleted).length,
          k: new Set(replies.map(({ by }) => by)).size,
          f: replies[0]!.seq,
          s: Math.max(...replies.map(({ seq }) => seq)),
          a: 1_000 + Math.max(...replies.map(({ seq }) => seq)),
        });
        const lastFirst = [...new Set(replies.map(({ by }) => by).reverse())];
        expect(summary?.u).toEqual(lastFirst.slice(0, 5));
        expect(versions.map(({ v }) => v)).toEqual(versions.map((_, index) => index + 1));
      }),
      RUNS,
    );
  });

  it('has as many unread replies as a count by hand says', () => {
    fc.assert(
      fc.property(life, ({ steps, late }) => {
        const { replies, markers } = live({ steps, late });
        const newestFirst = replies.toSorted((a, b) => b.seq - a.seq);
        for (const userId of USERS) {
          const marker = markers.get(userId) ?? 0;
          const own = Math.max(0, ...replies.filter(({ by }) => by === userId).map(({ seq }) => seq));
          const after = Math.max(marker, own);
          const byHand = replies.filter(({ seq, by, deleted }) => by !== userId && !deleted && seq > after).length;
          const entries = newestFirst.map(({ seq, by, deleted }) => ({
            kind: 'message' as const,
            seq,
            sent: by,
            deleted,
          }));
          expect(unreadByHand(entries, { userId, marker: { seq: marker } }).unread).toBe(byHand);
        }
      }),
      RUNS,
    );
  });

  it('is no deeper than five, and every reply knows its parent', () => {
    fc.assert(
      fc.property(life, (lived) => {
        const { replies } = live(lived);
        for (const reply of replies) {
          expect(depthOf(reply)).toBeLessThanOrEqual(MAX_DEPTH);
          expect(reply.r).toBe(ROOT);
          const parent = replies.find(({ seq }) => seq === parentOf(reply));
          if (depthOf(reply) === 1) expect(parentOf(reply)).toBe(ROOT);
          else expect(parent && depthOf(parent)).toBe(depthOf(reply) - 1);
        }
      }),
      RUNS,
    );
    const deepest = { r: 1, p: [2, 3, 4, 5] };
    expect(placeUnder(6, deepest)).toMatchObject({ code: 'thread.too_deep', details: { most: 5 } });
  });

  it('as a tree shows each reply once, behind its parent, page by page, and names what it leaves out', () => {
    const limits = fc.record({ limit: fc.integer({ min: 1, max: 5 }), below: fc.nat({ max: 12 }) });
    fc.assert(
      fc.property(life, limits, (lived, { limit, below }) => {
        const replies = live(lived).replies.toSorted((a, b) => a.seq - b.seq);
        const shown = new Set<number>();
        const truncated = new Set<number>();
        const direct: number[] = [];
        for (let after: number | undefined = 0; after !== undefined; ) {
          const rest = replies.filter(({ seq }) => seq > after!);
          const page = treePage(rest, ROOT, { limit, below, more: false });
          const tops = page.order.filter((seq) => parentOf(replies.find((reply) => reply.seq === seq)!) === ROOT);
          expect(tops.length).toBeLessThanOrEqual(limit);
          expect(page.order.length - tops.length).toBeLessThanOrEqual(below);
          for (const [index, seq] of page.order.entries()) {
            expect(shown.has(seq)).toBe(false);
            shown.add(seq);
            const parent = parentOf(replies.find((reply) => reply.seq === seq)!);
            if (parent !== ROOT) expect(page.order.slice(0, index)).toContain(parent);
          }
          direct.push(...tops);
          for (const seq of page.truncated) truncated.add(seq);
          after = page.next;
        }
        expect(direct).toEqual(replies.filter((reply) => parentOf(reply) === ROOT).map(({ seq }) => seq));
        // Whatever is not shown lies below something that is named.
        for (const reply of replies)
          if (!shown.has(reply.seq)) expect(reply.p.some((above) => truncated.has(above))).toBe(true);
        const whole = treePage(replies, ROOT, { limit: 100, below: 100, more: false });
        expect(whole.order).toHaveLength(replies.length);
        expect(whole.truncated).toEqual([]);
      }),
      RUNS,
    );
  });

  it('says so of every direct reply when not all was read', () => {
    const replies = [
      { r: 1, p: [], seq: 2 },
      { r: 1, p: [2], seq: 3 },
      { r: 1, p: [], seq: 4 },
    ];
    expect(treePage(replies, 1, { limit: 10, below: 10, more: true })).toEqual({
      order: [2, 3, 4],
      truncated: [2, 4],
      next: 4,
    });
  });
});

it('has markers that go forward, up to the last reply', () => {
  expect(markerMoves(3, 5, 9)).toBe(true);
  expect(markerMoves(5, 5, 9)).toBe(false);
  expect(markerMoves(5, 3, 9)).toBe(false);
  expect(() => markerMoves(5, 10, 9)).toThrow(
    expect.objectContaining({ code: 'thread.beyond_last', details: { last: 9 } }),
  );
});

it('is followed by who takes part, unless they have muted it', () => {
  expect(takingPart({}, 'replied')).toEqual({ state: 'following', reason: 'replied' });
  expect(takingPart({ state: 'none', reason: 'chosen' }, 'mentioned')).toMatchObject({ state: 'following' });
  expect(takingPart({ state: 'following', reason: 'author' }, 'replied')).toBeUndefined();
  expect(takingPart({ state: 'muted', reason: 'chosen' }, 'mentioned')).toBeUndefined();
});
