import { describe, expect, it } from 'vitest';
import { indexUnits, readUnits, readUnitsOfKeys, readUnitsOfQuery, writeUnits } from '#bench/capacity.ts';
import { sizeOfItem } from '#bench/item-size.ts';
import { type Call, chainTo } from '#bench/trace.ts';

/** An item of exactly so many bytes. */
const itemOf = (bytes: number, more = {}) => {
  const rest = { pk: 'p', ...more, t: '' };
  return { ...rest, t: 'x'.repeat(bytes - sizeOfItem(rest)) };
};

describe('the size of an item', () => {
  it.each([
    ['names and values in UTF-8', { ab: 'cd' }, 4],
    ['characters of several bytes', { é: '🙂' }, 6],
    ['a number of one digit', { n: 7 }, 1 + 2],
    ['a number of 13 digits', { n: 1_795_000_000_123 }, 1 + 8],
    ['trailing zeros, which are not kept', { n: 1_795_000_000_000 }, 1 + 3],
    ['leading zeros, which are not kept', { n: 0.005 }, 1 + 2],
    ['zero', { n: 0 }, 1 + 1],
    ['a minus', { n: -1 }, 1 + 3],
    ['true and null', { t: true, u: null }, 2 + 2],
    ['bytes, raw', { b: new Uint8Array(5) }, 1 + 5],
    ['an empty map and an empty list', { m: {}, l: [] }, 2 + 6],
    ['a map: 3, and 1 an element', { m: { ab: 'c', d: 1 } }, 1 + 3 + (1 + 2 + 1) + (1 + 1 + 2)],
    ['a list: 3, and 1 an element', { l: ['ab', 'c'] }, 1 + 3 + (1 + 2) + (1 + 1)],
    ['a set: its elements', { s: new Set(['ab', 'c']) }, 1 + 3],
    ['nothing for what is not stored', { a: 'b', u: undefined }, 2],
  ])('counts %s', (_, item, bytes) => {
    expect(sizeOfItem(item)).toBe(bytes);
  });
});

describe('units', () => {
  it.each([
    [undefined, 1, 1],
    [undefined, 1024, 1],
    [undefined, 1025, 2],
    [2048, 100, 2],
    [100, 2049, 3],
    [3000, undefined, 3],
  ])('a write of %s to %s bytes costs %s: the larger of both', (before, after, units) => {
    expect(
      writeUnits(before ? itemOf(Math.max(before, 4)) : undefined, after ? itemOf(Math.max(after, 4)) : undefined),
    ).toBe(units);
  });

  it('a read is rounded to 4 KB and costs half when it may be stale', () => {
    expect([readUnits(1, true), readUnits(4096, true), readUnits(4097, true), readUnits(4097, false)]).toEqual([
      1, 1, 2, 1,
    ]);
  });

  it('a batch rounds each item, missing ones too; a query rounds the sum', () => {
    const items = Array.from({ length: 10 }, () => itemOf(500));
    expect(readUnitsOfKeys(items, 2, false)).toBe(6);
    expect(readUnitsOfKeys([itemOf(5000)], 0, true)).toBe(2);
    expect(readUnitsOfQuery(items, true)).toBe(2);
    expect(readUnitsOfQuery([], false)).toBe(0.5);
  });

  it('an index pays for its entry, for both when the key moves, and for nothing that it does not hold', () => {
    const index = { partitionKey: 'uk', sortKey: 'us' };
    const placed = (us: string, bytes = 300) => itemOf(bytes, { uk: 'u', us });
    expect(indexUnits(index, undefined, itemOf(300))).toBe(0);
    expect(indexUnits(index, undefined, itemOf(300, { uk: 'u' }))).toBe(0);
    expect(indexUnits(index, undefined, placed('1', 1500))).toBe(2);
    expect(indexUnits(index, placed('1'), undefined)).toBe(1);
    expect(indexUnits(index, placed('1'), placed('2'))).toBe(2);
    expect(indexUnits(index, placed('1'), placed('1'))).toBe(0);
    expect(indexUnits(index, placed('1'), placed('1', 1500))).toBe(2);
  });
});

describe('calls in series', () => {
  const call = (name: string, start: number, end: number): Call => ({ name, start, end, requestBytes: 0 });

  it('is the longest chain to the first post, whatever ran beside it or after', () => {
    const calls = [
      call('Query', 0, 10),
      call('GetItem', 0, 10),
      call('UpdateItem', 0, 10),
      call('BatchGetItem', 11, 21),
      call('PutItem', 11, 21),
      call('post', 22, 32),
      call('post', 33, 43),
    ];
    expect(chainTo('post', calls).map(({ name }) => name)).toEqual(['Query', 'BatchGetItem', 'post']);
    expect(chainTo('post', [...calls].reverse())).toHaveLength(3);
  });

  it('is empty when nothing was posted', () => {
    expect(chainTo('post', [call('GetItem', 0, 1)])).toEqual([]);
  });
});
