import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Log, type LogEvent } from '#client/log.ts';

const event = (seq: number) => ({ type: 'pin:removed', conversationId: 'cnv_a', seq, messageId: 'msg_a' }) as LogEvent;

/** Something that is told of a log of 12 numbers: one of them, or that all up to one were said. */
const telling = fc.oneof(
  fc.record({ kind: fc.constant('event' as const), seq: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('reached' as const), seq: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('hold' as const), seq: fc.constant(0) }),
  fc.record({ kind: fc.constant('release' as const), seq: fc.constant(0) }),
);

it('lets every number through once and in order, and none before those below it are known', () => {
  fc.assert(
    fc.property(fc.array(telling, { maxLength: 60 }), (tellings) => {
      const log = new Log(0);
      const through: number[] = [];
      const told = new Set<number>();
      let reached = 0;
      for (const { kind, seq } of tellings) {
        const before = log.cursor;
        if (kind === 'hold') log.hold();
        else if (kind === 'release') through.push(...log.release().map((one) => one.seq));
        else if (kind === 'event') {
          told.add(seq);
          through.push(...log.accept(event(seq)).map((one) => one.seq));
        } else {
          if (!log.isHeld) reached = Math.max(reached, seq);
          through.push(...log.reached(seq).map((one) => one.seq));
        }
        expect(log.cursor).toBeGreaterThanOrEqual(before);
        // Everything up to the cursor was told, or is known to hold nothing.
        for (let number = reached + 1; number <= log.cursor; number++) expect(told.has(number)).toBe(true);
      }
      expect(through).toEqual([...new Set(through)].sort((a, b) => a - b));
      expect(log.behind).toBe(!log.isHeld && log.seen > log.cursor);
    }),
  );
});

it('goes back to the cursor of a snapshot, and lets what lies behind it through again', () => {
  const log = new Log(5);
  log.hold();
  expect(log.accept(event(7))).toEqual([]);
  expect(log.accept(event(6))).toEqual([]);
  expect(log.release(4)).toEqual([]);
  expect(log.accept(event(5)).map(({ seq }) => seq)).toEqual([5, 6, 7]);
});
