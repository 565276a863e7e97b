import { describe, expect, it } from 'vitest';
import { MAX_QUERY } from '#contract/search.ts';
import { Refusal } from '#domain/refusal.ts';
import { MAX_CLAUSES, parseQuery, wordsOf } from '#domain/search-query.ts';

const word = (text: string) => ({ kind: 'word', text });
const phrase = (text: string) => ({ kind: 'phrase', text });

const refusal = (query: string): Refusal => {
  try {
    parseQuery(query);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error(`accepted: ${query}`);
};

describe('words', () => {
  it('are runs of letters, marks and digits of any script', () => {
    expect(wordsOf('Crème brûlée—x2, हिन्दी "日本" #tag_one')).toEqual([
      'Crème',
      'brûlée',
      'x2',
      'हिन्दी',
      '日本',
      'tag',
      'one',
    ]);
  });

  it('are the same whether an accent is a character of its own or not', () => {
    expect(wordsOf('cafe\u0301')).toEqual(wordsOf('caf\u00e9'));
  });
});

describe('a query', () => {
  it.each([
    ['paranoia level', [word('paranoia'), word('level')]],
    ['"paranoia level"', [phrase('paranoia level')]],
    ['\u201cparanoia level\u201d rule', [phrase('paranoia level'), word('rule')]],
    ['rule "paranoia   level" 942', [word('rule'), phrase('paranoia level'), word('942')]],
    ['"level"', [word('level')]],
    ["don't a.b@c.org", [phrase('don t'), phrase('a b c org')]],
    ['rule "paranoia level', [word('rule'), phrase('paranoia level')]],
    ['"" rule', [word('rule')]],
    ['Rule rule RULE', [word('RULE')]],
  ])('%s asks for its words and phrases', (query, clauses) => {
    expect(parseQuery(query)).toEqual(clauses);
  });

  it('has no operators, fields or wildcards: they are only what stands between words', () => {
    expect(parseQuery('tenant:globex OR text:* -level')).toEqual([
      phrase('tenant globex'),
      word('OR'),
      word('text'),
      word('level'),
    ]);
  });

  it.each(['!!!', '""', '" "', '\u2014'])('without a word (%s) is refused', (query) => {
    expect(refusal(query)).toMatchObject({ code: 'request.invalid', details: { issues: [{ path: 'q' }] } });
  });

  it('has a bounded number of clauses', () => {
    const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`).join(' ');
    expect(parseQuery(words(MAX_CLAUSES))).toHaveLength(MAX_CLAUSES);
    expect(refusal(words(MAX_CLAUSES + 1)).code).toBe('request.invalid');
  });

  it('of the greatest length is read at once', () => {
    expect(parseQuery('a"'.repeat(MAX_QUERY / 2))).toEqual([word('a')]);
  });
});
