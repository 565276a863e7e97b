import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from '#contract/page.ts';
import { Refusal } from '#domain/refusal.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';

const KEY = Buffer.alloc(32, 7);
const LIST = 'messages\nT#acme\nada\ncnv_1';

const position = fc.array(fc.oneof(fc.string({ maxLength: 40 }), fc.integer()), { maxLength: 4 });

const isRefused = (key: Buffer, list: string, cursor: string): boolean => {
  try {
    positionOf(key, list, cursor);
    return false;
  } catch (error) {
    return error instanceof Refusal && error.code === 'request.cursor_invalid';
  }
};

describe('a cursor', () => {
  it('carries a position there and back', () => {
    fc.assert(
      fc.property(position, (at) => {
        expect(positionOf(KEY, LIST, cursorFor(KEY, LIST, at))).toEqual(at);
      }),
    );
  });

  it('is refused with any one character changed, added or removed', () => {
    const character = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=%~ ');
    fc.assert(
      fc.property(
        position,
        fc.nat(),
        character,
        fc.constantFrom('change', 'add', 'remove'),
        (at, where, letter, how) => {
          const cursor = cursorFor(KEY, LIST, at);
          const place = where % cursor.length;
          const rest = how === 'add' ? cursor.slice(place) : cursor.slice(place + 1);
          const forged = cursor.slice(0, place) + (how === 'remove' ? '' : letter) + rest;
          fc.pre(forged !== cursor);
          expect(isRefused(KEY, LIST, forged)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is refused with anything behind it', () => {
    for (const more of ['.', '.x', 'x', '=', ' ', '\n'])
      expect(isRefused(KEY, LIST, cursorFor(KEY, LIST, [42]) + more)).toBe(true);
  });

  it('is worth nothing to another list, tenant or user, or under another key', () => {
    const cursor = cursorFor(KEY, LIST, [42]);
    for (const list of [
      'messages\nT#globex\nada\ncnv_1',
      'messages\nT#acme\nbob\ncnv_1',
      'participants\nT#acme\nada\ncnv_1',
      '',
    ])
      expect(isRefused(KEY, list, cursor)).toBe(true);
    expect(isRefused(Buffer.alloc(32, 8), LIST, cursor)).toBe(true);
  });

  it('refuses whatever else a client may put there', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(isRefused(KEY, LIST, text)).toBe(true);
      }),
    );
    for (const text of ['', '.', '..', '.AAAA', 'W10.', 'W10.undefined']) expect(isRefused(KEY, LIST, text)).toBe(true);
  });

  it('fits the contract’s limit with the longest position that a list has', () => {
    const longest = cursorFor(KEY, LIST, [
      'x'.repeat(64),
      Number.MAX_SAFE_INTEGER,
      `C#${'9'.repeat(15)}#cnv_${'x'.repeat(22)}`,
    ]);
    expect(Cursor.safeParse(longest)).toMatchObject({ success: true });
  });
});
