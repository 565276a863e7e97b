import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, bandwidthExceeded, charged, chargeOf, dayOf, quotaOf } from '#domain/bandwidth.ts';

const NONE: Account = { bytes: 0, paid: undefined };
const AT = Date.UTC(2026, 10, 21, 23, 0);

const bytes = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 5 * 1024 ** 3 }));
const limit = fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 2 ** 40 }));
const steps = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 90_000 }), bytes }), { maxLength: 40 });

describe('a budget', () => {
  it('is never exceeded in a day by a byte, nor in a minute by more than what was let through alone', () => {
    fc.assert(
      fc.property(limit, limit, steps, (bytesPerDay, bytesPerMinute, asked) => {
        const budget = { bytesPerDay, bytesPerMinute };
        let account = NONE;
        let at = AT;
        const made: { at: number; bytes: number }[] = [];
        for (const step of asked) {
          at += step.gap;
          const charge = chargeOf(budget, step.bytes, at);
          const after = charged(account, charge);
          if (!after) {
            const { details, quota } = bandwidthExceeded('user', budget, account, charge, at);
            expect(quota.retryAfterSeconds).toBeGreaterThan(0);
            expect(Date.parse(String(details['resetsAt']))).toBeGreaterThan(at);
            continue;
          }
          account = after;
          made.push({ at, bytes: step.bytes });
        }
        if (bytesPerDay !== null)
          expect(made.reduce((sum, each) => sum + each.bytes, 0)).toBeLessThanOrEqual(bytesPerDay);
        if (bytesPerMinute === null) return;
        for (const { at: end, bytes: last } of made) {
          // A minute's worth at once and a minute's worth at the pace; or something large, with nothing beside it.
          const within = made.filter((each) => each.at > end - 60_000 && each.at <= end);
          const largest = Math.max(...within.map((each) => each.bytes), last);
          const sum = within.reduce((total, each) => total + each.bytes, 0);
          expect(sum).toBeLessThanOrEqual(2 * bytesPerMinute + Math.max(0, largest - bytesPerMinute));
        }
      }),
    );
  });

  it('refuses nobody who stays below the pace, whatever came before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 2 ** 40 }), fc.integer({ min: 1, max: 200 }), (bytesPerMinute, times) => {
        const budget = { bytesPerDay: null, bytesPerMinute };
        let account = NONE;
        for (let second = 0; second < times; second++) {
          const after = charged(account, chargeOf(budget, Math.floor(bytesPerMinute / 60), AT + second * 1_000));
          expect(after).toBeDefined();
          account = after!;
        }
      }),
    );
  });

  it('lets something larger than a minute’s worth through alone, and then nothing until it is paid off', () => {
    const budget = { bytesPerDay: null, bytesPerMinute: 1_000 };
    const large = charged(NONE, chargeOf(budget, 5_000, AT))!;
    expect(charged(large, chargeOf(budget, 1, AT + 60_000))).toBeUndefined();
    expect(charged(large, chargeOf(budget, 1, AT + 240_000))).toBeUndefined();
    expect(charged(large, chargeOf(budget, 1, AT + 240_060))).toBeDefined();
    expect(charged(large, chargeOf(budget, 5_000, AT + 299_999))).toBeUndefined();
    expect(charged(large, chargeOf(budget, 5_000, AT + 300_000))).toBeDefined();
  });

  it('says when it is there again: at midnight (UTC), or when the pace has it', () => {
    const day = { bytesPerDay: 1_000, bytesPerMinute: null };
    const spent = { bytes: 900, paid: undefined };
    const refused = bandwidthExceeded('tenant', day, spent, chargeOf(day, 200, AT), AT);
    expect(refused.quota).toMatchObject({
      limit: 1_000,
      remaining: 100,
      resetSeconds: 3_600,
      retryAfterSeconds: 3_600,
    });
    expect(refused.details).toMatchObject({ of: 'tenant', bytes: 200, resetsAt: '2026-11-22T00:00:00.000Z' });
    const minute = { bytesPerDay: 10_000, bytesPerMinute: 600 };
    const fast = charged(NONE, chargeOf(minute, 600, AT))!;
    const waiting = bandwidthExceeded('user', minute, fast, chargeOf(minute, 100, AT), AT);
    expect(waiting.quota).toMatchObject({ limit: 600, windowSeconds: 60, remaining: 0, retryAfterSeconds: 10 });
    expect(charged(fast, chargeOf(minute, 100, AT + 9_999))).toBeUndefined();
    expect(charged(fast, chargeOf(minute, 100, AT + 10_000))).toBeDefined();
  });

  it('tells what is left: of the nearer of two limits, and nothing where there is none', () => {
    const both = { bytesPerDay: 1_000, bytesPerMinute: 600 };
    expect(quotaOf(both, NONE, AT)).toMatchObject({ limit: 600, remaining: 600 });
    expect(quotaOf(both, { bytes: 700, paid: undefined }, AT)).toMatchObject({ limit: 1_000, remaining: 300 });
    expect(quotaOf({ bytesPerDay: null, bytesPerMinute: null }, NONE, AT)).toBeUndefined();
  });

  it('counts days in UTC', () => {
    expect(dayOf(Date.UTC(2026, 10, 21, 23, 59, 59, 999))).toBe('2026-11-21');
    expect(dayOf(Date.UTC(2026, 10, 22))).toBe('2026-11-22');
  });
});
