import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markerAfter, markerBefore, unreadByCounters } from '#domain/unread.ts';
import { moves, watermarksOf } from '#domain/watermark.ts';
import { countsAgree, Room, step, told, USERS } from '#test/support/unread-model.ts';

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
    expect(told.noted).toBeGreaterThan(told.walked / 10);
  });

  it('are told by counters, whatever was edited and whoever came, while nothing was deleted or voided', () => {
    const calm = step.filter(({ kind }) => ['send', 'system', 'edit', 'read', 'forget'].includes(kind));
    fc.assert(
      fc.property(fc.array(calm, { maxLength: 40, size: 'max' }), (steps) => {
        const room = new Room();
        for (const one of steps) room.do(one);
        for (const user of USERS)
          expect(unreadByCounters(room.head, room.readerOf(user))).toBe(room.byHand(user).unread);
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
