import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CLAUSES, parse } from '#domain/search/parse.ts';
import type { RawQuery } from '#domain/search/raw-tree.ts';
import { aSmallTree, clausesOf, printed } from './printed.ts';

const words = (...all: string[]): RawQuery => ({ op: 'words', words: all, prefix: false });
const begun = (...all: string[]): RawQuery => ({ op: 'words', words: all, prefix: true });
const code = (token: string): RawQuery => ({ op: 'code', token });
const and = (...nodes: RawQuery[]): RawQuery => ({ op: 'and', nodes });
const or = (...nodes: RawQuery[]): RawQuery => ({ op: 'or', nodes });
const not = (node: RawQuery): RawQuery => ({ op: 'not', node });
const operator = (name: string, ...values: string[]): RawQuery => ({ op: 'operator', name: name as 'from', values });

describe('a query', () => {
  it.each<[q: string, tree: RawQuery]>([
    ['', and()],
    [' \t\u3000', and()],
    ['Hello', words('hello')],
    ['hello world', and(words('hello'), words('world'))],
    ['"Hello world"', words('hello', 'world')],
    ['\u201cHello world\u201d', words('hello', 'world')],
    ['\u00abHello world\u00bb x', and(words('hello', 'world'), words('x'))],
    ['"not closed at all', words('not', 'closed', 'at', 'all')],
    ['one"two three"four', and(words('one'), words('two', 'three'), words('four'))],
    ["don't", words('don', 't')],
    ['a.b@c.org', words('a', 'b', 'c', 'org')],
    ['foo(bar)', words('foo', 'bar')],
    ['wait... what?!', and(words('wait'), words('what'))],
    // Prefixes.
    ['wor*', begun('wor')],
    ['foo-ba*', begun('foo', 'ba')],
    ['w*', words('w')],
    ['*', or()],
    ['w*rd *word', and(words('w', 'rd'), words('word'))],
    ['"wor*"', words('wor')],
    ['\u65e5\u672c*', words('\u65e5', '\u672c')],
    // Code.
    ['c++', and(words('c'), code('c++'))],
    ['c#?', and(words('c'), code('c#'))],
    ['=>', code('=>')],
    ['-> --verbose', and(code('->'), words('verbose'), code('--'))],
    ['std::vector', and(words('std', 'vector'), code('::'))],
    ['https://a.b/c', and(words('https', 'a', 'b', 'c'), code('://'))],
    // Pictures are words, each one.
    ['\u{1f44d}', words('\u{1f44d}')],
    ['done\u{1f389}', words('done', '\u{1f389}')],
    // Negations.
    ['-foo', not(words('foo'))],
    ['NOT foo', not(words('foo'))],
    ['NOT -foo', words('foo')],
    ['NOT NOT NOT foo', not(words('foo'))],
    ['a -"b c"', and(words('a'), not(words('b', 'c')))],
    ['-wor*', not(begun('wor'))],
    ['-c++', not(and(words('c'), code('c++')))],
    ['-(a b)', not(and(words('a'), words('b')))],
    ['-@ada -#general', and(not(words('ada')), not(words('general')))],
    ['well-known', words('well', 'known')],
    ['not foo', and(words('not'), words('foo'))],
    // Alternatives.
    ['a OR b', or(words('a'), words('b'))],
    ['a b OR c d', or(and(words('a'), words('b')), and(words('c'), words('d')))],
    ['a (b OR c) d', and(words('a'), or(words('b'), words('c')), words('d'))],
    ['a OR b OR c', or(words('a'), words('b'), words('c'))],
    ['a or b', and(words('a'), words('or'), words('b'))],
    ['a AND b', and(words('a'), words('b'))],
    ['a OR -b', or(words('a'), not(words('b')))],
    ['-OR', not(words('or'))],
    ['"OR"', words('or')],
    // Groups.
    ['((a))', words('a')],
    ['(a b', and(words('a'), words('b'))],
    ['(a (b c)) d', and(words('a'), words('b'), words('c'), words('d'))],
    ['(foo(x) OR bar)', or(words('foo', 'x'), words('bar'))],
    // Operators.
    ['from:ada', operator('from', 'ada')],
    ['FROM:Ada', operator('from', 'Ada')],
    ['from:ada,bob', operator('from', 'ada', 'bob')],
    ['from:"Ada Lovelace",@bob x', and(operator('from', 'Ada Lovelace', '@bob'), words('x'))],
    ['from:ada, bob', and(operator('from', 'ada'), words('bob'))],
    ['-in:general', not(operator('in', 'general'))],
    ['NOT has:link', not(operator('has', 'link'))],
    ['(from:ada OR to:me) x', and(or(operator('from', 'ada'), operator('to', 'me')), words('x'))],
    ['before:2026-05-01T10:00:00Z', operator('before', '2026-05-01T10:00:00Z')],
    ['xfrom:ada 12:30', and(words('xfrom', 'ada'), words('12', '30'))],
    // As keyboards for Chinese and Japanese write it.
    [
      'from\uff1aada \uff08a\u3000OR\u3000b\uff09 \uff0dc wor\uff0a',
      and(operator('from', 'ada'), or(words('a'), words('b')), not(words('c')), begun('wor')),
    ],
  ])('%j is read as it is meant', (q, tree) => {
    expect(parse(q).tree).toEqual(tree);
  });

  it.each([
    ['foo:bar', 'unknown_operator', 'foo:bar', words('foo', 'bar')],
    ['-foo:bar', 'unknown_operator', 'foo:bar', not(words('foo', 'bar'))],
    ['from: x', 'unknown_value', 'from:', and(words('from'), words('x'))],
    ['in:"",', 'unknown_value', 'in:"",', words('in')],
    ['()', 'empty_group', '()', or()],
    ['a -( )', 'empty_group', '( )', words('a')],
    ['a OR', 'lone_operator', 'OR', and(words('a'), words('or'))],
    ['OR a', 'lone_operator', 'OR', and(words('or'), words('a'))],
    ['(AND)', 'lone_operator', 'AND', words('and')],
    ['a OR OR b', 'lone_operator', 'OR', or(and(words('a'), words('or')), words('b'))],
    ['a NOT', 'lone_operator', 'NOT', and(words('a'), words('not'))],
    ['a - b', 'lone_operator', '-', and(words('a'), words('b'))],
    ['a & b', 'nothing_in_it', '&', and(words('a'), words('b'))],
    ['""', 'nothing_in_it', '""', or()],
    ['a )', 'nothing_in_it', ')', words('a')],
    ['((((((a OR b) c)))))', 'too_deep', '(', or(words('a'), and(words('b'), words('c')))],
  ])('%j is not refused: %s', (q, code, text, tree) => {
    const parsed = parse(q);
    expect(parsed.tree).toEqual(tree);
    expect(parsed.warnings).toMatchObject([{ code, text }]);
    expect(parsed.warnings[0]!.message).toMatch(/\.$/);
  });

  it.each(['https://a.b/c', 'std::vector', '12:30', 'C:\\x', 'a:b', ':)x', 'x*', '"a: b"'])(
    '%j gives no warning',
    (q) => {
      expect(parse(q).warnings).toEqual([]);
    },
  );

  it('has at most 32 clauses: what follows is left out, wherever it stands', () => {
    const many = Array.from({ length: 40 }, (_, index) => `w${index}`);
    for (const q of [many.join(' '), many.join(' OR '), `x (${many.join(' OR ')})`, `from:${many.join(',')}`]) {
      const { tree, warnings } = parse(q);
      expect(clausesOf(tree)).toBe(MAX_CLAUSES);
      expect(warnings.map(({ code }) => code)).toContain('too_many_clauses');
    }
    expect(parse(many.slice(0, 32).join(' ')).warnings).toEqual([]);
  });

  it('has phrases of at most 64 words', () => {
    const long = Array.from({ length: 70 }, (_, index) => `w${index}`);
    const { tree, warnings } = parse(`"${long.join(' ')}"`);
    expect(tree).toEqual(words(...long.slice(0, 64)));
    expect(warnings).toMatchObject([{ code: 'phrase_too_long' }]);
    expect(parse(`${long.join('-')}*`).tree).toEqual(words(...long.slice(0, 64)));
  });

  it('is told about at most 16 times, each thing once', () => {
    const signs = Array.from({ length: 100 }, (_, index) => `aa:${index}`);
    expect(parse(signs.join(' ')).warnings).toHaveLength(16);
    expect(parse('& & &').warnings).toHaveLength(1);
  });

  it('is read again as the same tree when that is written down', () => {
    fc.assert(
      fc.property(aSmallTree, (tree) => {
        expect(parse(printed(tree))).toEqual({ tree, warnings: [] });
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('any text at all', () => {
  const syntax = fc.array(
    fc.oneof(
      fc.constantFrom(
        '(',
        ')',
        '-',
        '"',
        '\u201d',
        '*',
        ' ',
        ' OR ',
        'NOT ',
        'AND',
        'from:',
        ',',
        ':',
        'a',
        'c++',
        '\u{1f44d}',
        '\ud800',
        '\u65e5',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 200 },
  );

  it('is read without an error, into few clauses and warnings', () => {
    fc.assert(
      fc.property(syntax, (pieces) => {
        const { tree, warnings } = parse(pieces.join(''));
        expect(clausesOf(tree)).toBeLessThanOrEqual(MAX_CLAUSES);
        expect(warnings.length).toBeLessThanOrEqual(16);
        expect(warnings.every(({ text }) => text.length <= 80 && text.isWellFormed())).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '(',
    ')',
    '-',
    '- ',
    '"',
    '*',
    'a',
    'a ',
    '(a ',
    'NOT ',
    'OR ',
    'a OR ',
    'from:a,',
    'from:',
    '-(',
    '!',
    '! ',
    ':',
    '\u0301',
    '\u65e5',
    '=>a',
  ])('is read from its beginning to its end, once: %j a hundred thousand times', (piece) => {
    // In quadratic time it would go on for minutes.
    const { tree } = parse(piece.repeat(100_000));
    expect(clausesOf(tree)).toBeLessThanOrEqual(MAX_CLAUSES);
  });
});
