import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highlight, MOST_PLACES } from '#domain/search/highlight.ts';
import type { Query } from '#domain/search/tree.ts';
import { wordsOf } from '#domain/search/words.ts';
import { unicodeText } from '../../support/unicode.ts';

const words = (text: string, prefix = false): Query => ({ op: 'words', words: wordsOf(text), prefix });
const and = (...nodes: Query[]): Query => ({ op: 'and', nodes });
const or = (...nodes: Query[]): Query => ({ op: 'or', nodes });
const not = (node: Query): Query => ({ op: 'not', node });
const marked = (text: string, query: Query, match: 'exact' | 'similar' = 'exact') =>
  highlight(text, query, match).offsets.map(([start, end]) => text.slice(start, end));

const unescaped = (html: string): string =>
  html
    .replaceAll(/<\/?mark>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('the places of an exact match', () => {
  it.each<[string, Query, string[]]>([
    ['Tea, tea and TEA; not steam', words('tea'), ['Tea', 'tea', 'TEA']],
    ['one pull request, two pull-requests', words('pull request'), ['pull request']],
    ['a a a', words('a a'), ['a a a']],
    ['parley, parlour, spar', words('par', true), ['parley', 'parlour']],
    ['the pull requests of', words('pull req', true), ['pull requests']],
    ['東京タワーと東京駅', words('東京'), ['東京', '東京']],
    ['use C++ or c#', { op: 'code', token: 'c++' }, ['C++']],
    ['tea but no milk', and(words('tea'), not(words('milk'))), ['tea']],
    ['tea with milk', and(words('tea'), { op: 'is', filter: { by: 'has', what: 'link' } }), ['tea']],
    ['tea with lemon', or(and(words('tea'), words('milk')), words('lemon')), ['lemon']],
    ['tea in a picture called milk', and(words('tea'), words('sugar')), ['tea']],
    ['Cafe\u0301 Straße', words('CAFÉ'), ['Cafe\u0301']],
    ['👨‍👩‍👧 and 👍🏽', or(words('👩'), words('👍')), ['👨‍👩‍👧', '👍🏽']],
    ['nothing', words('else'), []],
  ])('in %s', (text, query, places) => {
    expect(marked(text, query)).toEqual(places);
  });
});

describe('the places of a similar match', () => {
  it.each<[string, string, string[]]>([
    ['the Cafes were closed', 'café', ['Cafes']],
    ['they were walking home and walked back', 'walk', ['walking', 'walked']],
    ['he walks, you walked', 'walking', ['walks', 'walked']],
    ['the recieved letter', 'received', ['recieved']],
    ['die Häuser am Haus', 'Häusern', ['Häuser', 'Haus']],
    ['cat and dog', 'car', ['cat']],
    ['no one at all', 'it', []],
    ['the gates', 'lates', []],
    ['we go to the old station', 'go station', ['go', 'station']],
    ['pull the request', 'pull request', ['pull the request']],
    ['книги и книгу', 'книга', ['книги', 'книгу']],
    ['東京の駅', '東京駅', ['東京の駅']],
  ])('in %s, for %s', (text, query, places) => {
    expect(marked(text, words(query), 'similar')).toEqual(places);
  });
});

describe('the fragments', () => {
  const filler = 'lorem ipsum dolor sit amet '.repeat(20);

  it('are safe: nothing of the text is markup', () => {
    const { fragments } = highlight('<b>tea</b> & "milk" <mark>', words('tea'), 'exact');
    expect(fragments).toEqual(['&lt;b&gt;<mark>tea</mark>&lt;/b&gt; &amp; &quot;milk&quot; &lt;mark&gt;']);
  });

  it('are at most three, those with the most places, in the order of the text', () => {
    const text = ['one tea', 'two tea tea', 'three tea', 'four tea tea'].map((part) => `${part} ${filler}`).join(' ');
    const { fragments, offsets } = highlight(text, words('tea'), 'exact');
    expect(offsets).toHaveLength(6);
    expect(fragments.map((fragment) => fragment.match(/one|two|three|four/)?.[0])).toEqual(['one', 'two', 'four']);
  });

  it('are about 150 characters, cut between words', () => {
    const { fragments } = highlight(`${filler} tea ${filler}`, words('tea'), 'exact');
    const plain = unescaped(fragments[0]!);
    expect(plain.length).toBeGreaterThan(120);
    expect(plain.length).toBeLessThanOrEqual(150);
    for (const word of plain.split(/\s+/)) expect(`${filler} tea`).toContain(word);
    expect(plain).toMatch(/^(lorem|ipsum|dolor|sit|amet) .* (lorem|ipsum|dolor|sit|amet)$/);
  });

  it('of a word without an end has an end', () => {
    const { fragments, offsets } = highlight('x'.repeat(20_000), words('x', true), 'exact');
    expect(offsets).toEqual([[0, 20_000]]);
    expect(fragments).toEqual([`<mark>${'x'.repeat(300)}</mark>`]);
  });
});

const queryOver = (text: string): fc.Arbitrary<Query> => {
  const known = wordsOf(text);
  const leaf = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 3 }), fc.boolean()).map(([at, length, prefix]): Query => {
    const from = known.length === 0 ? 0 : at % known.length;
    const found = known.slice(from, from + length);
    return { op: 'words', words: found.length === 0 ? ['x'] : found, prefix };
  });
  return fc.array(leaf, { minLength: 1, maxLength: 3 }).map((nodes): Query => ({ op: 'or', nodes }));
};
const asked = unicodeText().chain((text) =>
  fc.tuple(fc.constant(text), queryOver(text), fc.constantFrom('exact' as const, 'similar' as const)),
);

describe('of any text', () => {
  it('places are in order, apart, inside of the text and of whole characters; words of the text are found', () => {
    fc.assert(
      fc.property(asked, ([text, query, match]) => {
        const { offsets } = highlight(text, query, match);
        if (wordsOf(text).length > 0) expect(offsets.length).toBeGreaterThan(0);
        let behind = 0;
        for (const [start, end] of offsets) {
          expect(start).toBeGreaterThanOrEqual(behind);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          for (const at of [start, end]) {
            expect(/[\udc00-\udfff]/.test(text[at] ?? '') && /[\ud800-\udbff]/.test(text[at - 1] ?? '')).toBe(false);
            if (at > 0) expect(text.slice(at)).not.toMatch(/^\p{M}/u);
          }
          behind = end;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('fragments hold no markup but marks, and are pieces of the text', () => {
    const html = fc.array(
      fc.oneof(unicodeText(), fc.constantFrom('<b>', '&amp;', '</mark>', '"', "'", ' word '.repeat(40))),
    );
    const pages = html.map((parts) => parts.join(' ')).chain((text) => fc.tuple(fc.constant(text), queryOver(text)));
    fc.assert(
      fc.property(pages, ([text, query]) => {
        const { fragments, offsets } = highlight(text, query, 'exact');
        expect(fragments.length > 0).toBe(offsets.length > 0);
        expect(fragments.length).toBeLessThanOrEqual(3);
        let behind = 0;
        for (const fragment of fragments) {
          expect(fragment.replaceAll(/<mark>[^<>]*<\/mark>/g, '')).not.toMatch(/[<>"']/);
          expect(fragment).toContain('<mark>');
          const place = text.indexOf(unescaped(fragment), behind);
          expect(place).toBeGreaterThanOrEqual(0);
          behind = place + 1;
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

it.each<[string, string]>([
  ['one word', 'a'.repeat(20_000)],
  ['the same word', 'ab '.repeat(6_666)],
  ['other words', Array.from({ length: 3_000 }, (_, index) => `w${index.toString(36)}x`).join(' ')],
  ['signs', '<&>'.repeat(6_666)],
  ['marks', `a${'\u0301'.repeat(19_999)}`],
  ['pictures', '👨‍👩‍👧'.repeat(2_500)],
  ['Japanese', '東京'.repeat(10_000)],
])('a long text of %s takes no longer than its length says', (_, text) => {
  const leaves = ['ab ab', 'w1x', 'a', '東京', '👩'].map((wanted) => words(wanted, true));
  const started = process.cpuUsage();
  for (const match of ['exact', 'similar'] as const) {
    const { offsets } = highlight(text, or(...leaves, { op: 'code', token: '=>' }), match);
    expect(offsets.length).toBeLessThanOrEqual(MOST_PLACES);
  }
  // Growing with the square it would be minutes.
  expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
});
