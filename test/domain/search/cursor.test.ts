import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typedAt } from '#domain/search/cursor.ts';
import { OPERATORS } from '#domain/search/operators.ts';
import { parse } from '#domain/search/parse.ts';
import { OPERATOR_NAMES } from '#domain/search/raw-tree.ts';
import { resolve } from '#domain/search/resolve.ts';
import { ADAS_NAMES } from './names.ts';

describe('what is being typed', () => {
  it.each([
    ['', { start: 0, end: 0, text: '' }],
    ['fro|', { start: 0, end: 3, text: 'fro' }],
    ['hello wo|rld', { start: 6, end: 11, text: 'wo' }],
    ['hello |', { start: 6, end: 6, text: '' }],
    ['-fro|', { start: 1, end: 4, text: 'fro' }],
    ['from:|', { start: 5, end: 5, text: '', operator: 'from' }],
    ['-from:ad|', { start: 6, end: 8, text: 'ad', operator: 'from' }],
    ['from:ada,bo|', { start: 9, end: 11, text: 'bo', operator: 'from' }],
    ['from:ada,|', { start: 9, end: 9, text: '', operator: 'from' }],
    ['from:"Ada Lo|', { start: 5, end: 12, text: 'Ada Lo', operator: 'from' }],
    ['from:"Ada Lo|velace" x', { start: 5, end: 19, text: 'Ada Lo', operator: 'from' }],
    ['fr|om:ada', { start: 0, end: 8, text: 'fr' }],
    ['(ha|)', { start: 1, end: 3, text: 'ha' }],
    ['"one tw|', { start: 0, end: 7, text: 'one tw' }],
    ['x OR|', { start: 2, end: 4, text: 'OR' }],
  ])('in %j', (written, typed) => {
    const cursor = Math.max(0, written.indexOf('|'));
    expect(typedAt(written.replace('|', ''), cursor)).toEqual(typed);
  });

  it('lies within the query, wherever the cursor is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'from:,"()-* a') }), fc.nat(30), (q, at) => {
        const cursor = Math.min(at, q.length);
        const { start, end } = typedAt(q, cursor);
        expect(start <= cursor && cursor <= end && end <= q.length).toBe(true);
      }),
    );
  });
});

describe('the list of operators', () => {
  it('has each of them, once', () => {
    expect(OPERATORS.map(({ name }) => name)).toEqual(OPERATOR_NAMES);
  });

  it.each(OPERATORS.flatMap(({ name, values }) => values.map((value) => `${name}:${value}`)))(
    'gives an example that is understood: %s',
    async (q) => {
      expect((await resolve(parse(q), ADAS_NAMES)).warnings).toEqual([]);
    },
  );
});
