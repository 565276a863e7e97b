import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeIn, folded, MAX_WORD, spaced, wordsIn, wordsOf } from '#domain/search/words.ts';
import { unicodeText } from '../../support/unicode.ts';

describe('a word', () => {
  it.each([
    ['Hello, World!', 'hello world'],
    ['don’t', 'don t'],
    ['a.b@c.org', 'a b c org'],
    ['foo_bar fooBar', 'foo bar foobar'],
    ['ΟΔΟΣ οδός', 'οδοσ οδόσ'],
    ['İSTANBUL Iğdır', 'istanbul iğdır'],
    ['ﬁne ２０２６ ½', 'fine 2026 1 2'],
    ['東京タワー', '東 京 タ ワ ー'],
    ['서울역', '서 울 역'],
    ['ㅎㅏ ｶﾞｷﾞ', '하 ガ ギ'],
    ['ไปกินข้าว', 'ไ ป กิ น ข้ า ว'],
    ['क्या हाल है', 'क्या हाल है'],
    ['می‌خواهم', 'می خواهم'],
    ['❤️ ❤', '❤ ❤'],
    ['👨‍👩‍👧👍🏽', '👨 👩 👧 👍'],
    ['🇩🇪', '🇩 🇪'],
    ['Wort\u00adtrennung', 'worttrennung'],
    ['naïve nai\u0308ve', 'naïve naïve'],
    ['x² H₂O ℃', 'x2 h2o c'],
    ['… — !', ''],
  ])('of %s is one of: %s', (text, words) => {
    expect(spaced(text)).toBe(words);
  });

  it('is cut when nobody would type it, never inside a character', () => {
    expect(wordsOf('x'.repeat(600))).toEqual(['x'.repeat(MAX_WORD)]);
    const [word] = wordsOf(`x${'𐐨'.repeat(300)}`);
    expect(word).toBe(`x${'𐐨'.repeat(255)}`);
  });

  it('stays as it is when it is folded and cut out again', () => {
    fc.assert(
      fc.property(unicodeText(), (text) => {
        expect(folded(folded(text))).toBe(folded(text));
        expect(wordsOf(spaced(text))).toEqual(wordsOf(text));
        expect(wordsOf(text).flatMap(wordsOf)).toEqual(wordsOf(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('holds no space that the engine would split at', () => {
    fc.assert(
      fc.property(unicodeText(), (text) => {
        for (const word of wordsOf(text)) expect(word).not.toMatch(/[\s\p{Z}\p{Cc}]/u);
      }),
    );
  });
});

describe('the place of a word', () => {
  const pieces = new Intl.Segmenter('en', { granularity: 'grapheme' });

  it('is told for exactly the words of the text, in order', () => {
    fc.assert(
      fc.property(unicodeText(), (text) => {
        expect(wordsIn(text).map((word) => word.text)).toEqual(wordsOf(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('holds the word, and neither tears a pair of surrogates nor parts a character from its marks', () => {
    fc.assert(
      fc.property(unicodeText(), (text) => {
        let last = 0;
        for (const { text: word, start, end } of wordsIn(text)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(folded(text.slice(start, end)).slice(0, 2 * MAX_WORD + 100)).toContain(word);
          for (const at of [start, end]) {
            expect(/[\udc00-\udfff]/.test(text[at] ?? '') && /[\ud800-\udbff]/.test(text[at - 1] ?? '')).toBe(false);
            if (at > 0) expect(text.slice(at)).not.toMatch(/^\p{M}/u);
          }
          last = start;
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it.each(['👨‍👩‍👧', '👍🏽', '🇩🇪', '❤️', 'é', 'ｶﾞ', '하', '½', 'กิ'])('of %s is the whole of it', (seen) => {
    expect([...pieces.segment(seen)]).toHaveLength(1);
    const text = `x ${seen} y`;
    for (const { start, end } of wordsIn(text).slice(1, -1)) expect(text.slice(start, end)).toBe(seen);
  });
});

describe('a token of code', () => {
  it.each([
    ['C++ and c#, not F', ['c++', 'c#']],
    ['if (a !== b) => {}', ['!==', '=>']],
    ['std::vector<int>&&', ['::', '>&&']],
    ['a+b', []],
    [`${'='.repeat(80)} ==`, ['==']],
  ])('of %s is one of %o', (text, tokens) => {
    expect(codeIn(text)).toEqual(tokens);
  });

  it('is found in time that grows with the text', () => {
    const started = process.cpuUsage();
    codeIn('a'.repeat(20_000));
    codeIn(`${'a_'.repeat(10_000)}+`);
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  });
});
