import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '#domain/search/parse.ts';
import { resolve } from '#domain/search/resolve.ts';
import { HOLDINGS, type Query } from '#domain/search/tree.ts';
import { compile, type Match } from '#gateways/search/compile.ts';
import { ADAS_NAMES } from '../domain/search/names.ts';

const words = (...all: string[]): Query => ({ op: 'words', words: all, prefix: false });
const by = (userId: string): Query => ({ op: 'is', filter: { by: 'sender', userIds: [userId] } });

/** Everything in a query of the engine that is a name and no value: kinds of queries, their parameters, fields. */
function namesIn(part: unknown, names = new Set<string>()): Set<string> {
  if (Array.isArray(part)) for (const item of part) namesIn(item, names);
  else if (typeof part === 'object' && part !== null)
    for (const [name, value] of Object.entries(part)) {
      names.add(name);
      if (name === 'fields') for (const field of value as string[]) names.add(field);
      else namesIn(value, names);
    }
  return names;
}

const QUERIES = [
  'bool',
  'must',
  'filter',
  'must_not',
  'should',
  'minimum_should_match',
  'match_none',
  'dis_max',
  'queries',
  'multi_match',
  'prefix',
  'term',
  'terms',
  'range',
  'exists',
];
const PARAMETERS = [
  'query',
  'fields',
  'type',
  'boost',
  'operator',
  'slop',
  'fuzziness',
  'prefix_length',
  'max_expansions',
  'value',
  'gte',
  'lt',
  'field',
];
const FIELDS = [
  'text',
  'names',
  'text.folded',
  'names.folded',
  'code',
  'sender',
  'conversation',
  'mentions',
  'has',
  'lang',
  'pinned',
  'edited',
  'at',
];
const OURS = new Set([...QUERIES, ...PARAMETERS, ...FIELDS]);
const isOurs = (name: string): boolean => OURS.has(name) || /^stem\.[a-z]{2}$/.test(name);

const compiled = async (q: string, match: Match): Promise<object> =>
  compile((await resolve(parse(q), ADAS_NAMES)).query, match);

describe('what people write', () => {
  it.each([
    'text.folded:secret OR _exists_:sender',
    '"}},{"match_all":{}},{"',
    'from:"*" in:"../../_all"',
    '{"script":{"source":"1"}}',
    'a^1000 b~5 [1 TO 9] /.*/ foo\\*',
    'has:__proto__ type:constructor is:toString',
    'a'.repeat(512),
  ])('stands in a compiled query as a value only: %s', async (q) => {
    for (const match of ['exact', 'similar'] as const)
      expect([...namesIn(await compiled(q, match))].filter((name) => !isOurs(name))).toEqual([]);
  });

  it('stands there as a value only, whatever it is', async () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          'from:',
          'in:',
          'lang:',
          'on:',
          'is:',
          '"',
          '(',
          ')',
          '-',
          ' OR ',
          '*',
          ' ',
          'ada',
          'thread',
          '{',
          '}',
          '[',
          ':',
          '_all',
          '__proto__',
          'text.folded',
          'script',
        ),
        fc.string({ unit: 'binary', maxLength: 8 }),
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(pieces, fc.constantFrom<Match>('exact', 'similar'), async (some, match) => {
        expect([...namesIn(await compiled(some.join(''), match))].filter((name) => !isOurs(name))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a compiled query', () => {
  it('scores words, and only filters by the rest', () => {
    const query: Query = {
      op: 'and',
      nodes: [words('a'), by('ada'), { op: 'not', node: words('b') }, { op: 'code', token: '=>' }],
    };
    const { bool } = compile(query, 'exact') as { bool: Record<string, unknown[]> };
    expect(bool['must']).toHaveLength(1);
    expect(bool['filter']).toEqual([{ terms: { sender: ['ada'] } }, { term: { code: '=>' } }]);
    expect(bool['must_not']).toHaveLength(1);
  });

  it('takes nothing for something similar but the words that are wanted', () => {
    const node: Query = { op: 'and', nodes: [words('b', 'c'), by('ada'), { op: 'code', token: 'c++' }] };
    const excluded: Query = { op: 'not', node };
    expect(compile(excluded, 'similar')).toEqual(compile(excluded, 'exact'));
    for (const what of HOLDINGS) {
      const filter: Query = { op: 'is', filter: { by: 'has', what } };
      expect(compile(filter, 'similar')).toEqual(compile(filter, 'exact'));
    }
    expect(compile(words('b'), 'similar')).not.toEqual(compile(words('b'), 'exact'));
  });

  it('asks for everything by no condition, and for nothing by one that nothing meets', () => {
    expect(compile({ op: 'and', nodes: [] }, 'exact')).toEqual({ bool: {} });
    expect(compile({ op: 'or', nodes: [] }, 'exact')).toEqual({ match_none: {} });
  });

  it('asks for words without letters of an alphabet by no stems', () => {
    expect(JSON.stringify(compile(words('942100'), 'similar'))).not.toContain('stem.');
    expect(JSON.stringify(compile(words('roads'), 'similar'))).toContain('stem.en');
  });
});
