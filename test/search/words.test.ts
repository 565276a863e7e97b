import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { MAX_TEXT } from '#contract/message-bodies.ts';
import { STEMMED } from '#domain/search/languages.ts';
import { unaccented } from '#domain/search/similar.ts';
import { spaced, wordsOf } from '#domain/search/words.ts';
import { indexBody } from '#gateways/search/mapping.ts';
import { unicodeText } from '../support/unicode.ts';
import { engine } from './engine.ts';

const index = `test-words-${crypto.randomUUID()}`;
beforeAll(() => engine('PUT', `/${index}`, indexBody()));
afterAll(() => engine('DELETE', `/${index}`));

const Tokens = z.object({ tokens: z.array(z.object({ token: z.string() })) });

/** The words that the engine makes of texts, one after the other. */
async function analysed(analyzer: string, text: readonly string[]): Promise<string[]> {
  const answer = await engine('POST', `/${index}/_analyze`, { analyzer, text });
  return Tokens.parse(answer).tokens.map(({ token }) => token);
}

describe('the engine', () => {
  const texts = fc.array(unicodeText(), { minLength: 20, maxLength: 40 });

  it('cuts the words of any text as we do', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        expect(await analysed('words', given.map(spaced))).toEqual(given.flatMap(wordsOf));
      }),
      { numRuns: 60 },
    );
  });

  it('takes accents off as we do', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        const words = given.flatMap(wordsOf).map(unaccented).filter(Boolean);
        expect(await analysed('plain', given.map(spaced))).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });

  // A term above 32,766 bytes fails its document (IndexWriter.MAX_TERM_LENGTH of Lucene).
  it.each(['x', 'я', 'ก', '字', 'ア', '1', '👍'])('takes a word as long as a message: %s', async (character) => {
    const long = character.repeat(MAX_TEXT / character.length);
    const stem = Object.fromEntries(Object.keys(STEMMED).map((language) => [language, long]));
    const document = { text: spaced(long), names: spaced(long), code: ['='.repeat(MAX_TEXT)], stem };
    expect(await engine('PUT', `/${index}/_doc/1?refresh=true`, document)).toMatchObject({ _shards: { failed: 0 } });
    const query = { match_phrase: { text: spaced(long) } };
    expect(await engine('POST', `/${index}/_count`, { query })).toMatchObject({ count: 1 });
  });
});
