import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayBeArchived, nextPart, partKey } from '#domain/archive.ts';

const DAY_MS = 86_400_000;
const month = (at: number) => new Date(at).toISOString().slice(0, 7);

describe('a part of an archive', () => {
  it('has everything old of one month, from the first number on and without a gap, and cannot be longer', () => {
    const entry = fc.record({ step: fc.constantFrom(1, 1, 1, 2), days: fc.integer({ min: 0, max: 9 }) });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 30 }),
        fc.integer({ min: 0, max: 90 }),
        fc.nat(2),
        (steps, border, off) => {
          let [seq, at] = [10, Date.UTC(2026, 0, 20)];
          const entries = steps.map(({ step, days }, index) => {
            seq += index === 0 ? off : step;
            at += days * DAY_MS;
            return { seq, at };
          });
          const since = Date.UTC(2026, 0, 20) + border * DAY_MS;
          const part = nextPart(entries, 10, since);
          const inside = entries.filter((one) => part !== undefined && one.seq <= part.last);
          const [beyond] = entries.slice(inside.length);
          inside.forEach((one, index) => {
            expect(one.seq).toBe(10 + index);
            expect(one.at).toBeLessThan(since);
            expect(month(one.at)).toBe(part?.month);
          });
          if (part) expect(inside).toHaveLength(part.last - 9);
          if (beyond)
            expect(
              beyond.seq !== 10 + inside.length ||
                beyond.at >= since ||
                (part !== undefined && month(beyond.at) !== part.month),
            ).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('takes nothing that others build on, or that lies in one already', () => {
    const text = { b: { type: 'text', text: 'x' } } as const;
    expect(mayBeArchived(text)).toBe(true);
    for (const part of [{ p: 3 }, { t: {} }, { k: {} }, { z: { l: 1 } }])
      expect(mayBeArchived({ ...text, ...part })).toBe(false);
    expect(mayBeArchived({ b: { type: 'deleted' } })).toBe(false);
    expect(mayBeArchived({ b: { type: 'system', event: 'conversation_created' } as never })).toBe(false);
  });

  it('lies under tenant, conversation, month and numbers', () => {
    expect(partKey('acme', 'cnv_x', { first: 1, last: 20, month: '2026-08' })).toBe(
      'archive/acme/cnv_x/2026-08/1-20.jsonl.gz',
    );
  });
});
