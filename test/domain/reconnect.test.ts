import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconnectAt } from '#domain/reconnect.ts';

const MINUTE = 60_000;
const OPENED = Date.UTC(2026, 10, 21, 9, 30);
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the next socket is opened', () => {
  it('105 to 115 minutes after this one, spread over all of them', () => {
    expect(reconnectAt(OPENED, undefined, 0)).toBe(OPENED + 105 * MINUTE);
    expect(reconnectAt(OPENED, undefined, 0.5)).toBe(OPENED + 110 * MINUTE);
    fc.assert(
      fc.property(chance, (random) => {
        const at = reconnectAt(OPENED, undefined, random);
        return at >= OPENED + 105 * MINUTE && at <= OPENED + 115 * MINUTE;
      }),
    );
  });

  it('at least a minute before the token expires, and never later than without one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4 * MINUTE, max: 300 * MINUTE }), chance, (left, random) => {
        const at = reconnectAt(OPENED, OPENED + left, random);
        expect(at).toBeLessThanOrEqual(OPENED + left - MINUTE);
        expect(at).toBeLessThanOrEqual(reconnectAt(OPENED, undefined, random));
        if (left < 100 * MINUTE) expect(at).toBeGreaterThanOrEqual(OPENED + left - 2 * MINUTE - 1);
      }),
    );
  });

  it('not before half of a short token is over: a client would do nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 * MINUTE }), chance, (left, random) => {
        const at = reconnectAt(OPENED, OPENED + left, random);
        expect(at).toBeGreaterThanOrEqual(Math.floor(OPENED + left / 2));
        expect(at).toBeLessThan(OPENED + left);
      }),
    );
  });
});
