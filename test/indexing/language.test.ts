import { describe, expect, it } from 'vitest';
import { languageOf, languagesOf } from '../../functions/indexing/language.ts';
import { SAMPLES, UNTOLD } from './samples.ts';

const said = Object.entries(SAMPLES).flatMap(([language, texts]) => texts.map((text) => [language, text] as const));

describe('the language of a message', () => {
  it('is known of nearly all short messages in twenty languages', () => {
    const wrong = said.filter(([language, text]) => languageOf(text) !== language);
    expect(wrong.length / said.length).toBeLessThan(0.05);
  });

  it.each(UNTOLD)('is not known of: %s', (text) => {
    expect(languageOf(text)).toBeUndefined();
  });

  it.each([
    ['en', 'look at https://beispiel.example/einkaufen/und/essen before you go to the meeting'],
    ['de', 'führ mal `git push origin main --force-with-lease` aus, dann sollte es gehen'],
    ['de', '@giovanni @pierre wann fangen wir morgen an?'],
    ['ja', '東京タワーの写真'],
    ['zh', '北京的照片'],
    ['en', 'the sign says 東京, I think'],
  ])('is that of what people say around names, addresses and code: %s', (language, text) => {
    expect(languageOf(text)).toBe(language);
  });
});

describe('the languages a message is stemmed by', () => {
  it('are its own where it tells', () => {
    expect(languagesOf('the children are sleeping at last')).toEqual({ lang: 'en', stems: ['en'] });
    expect(languagesOf('אין לי מושג, תשאל בהנהלת חשבונות')).toEqual({ lang: 'he', stems: [] });
  });

  it('are the likeliest ones where it does not', () => {
    expect(languagesOf('danke')).toMatchObject({ lang: undefined, stems: expect.arrayContaining(['de']) });
  });

  it.each([undefined, '👍', '{[()]};', '42'])('are none of %s', (text) => {
    expect(languagesOf(text)).toEqual({ lang: undefined, stems: [] });
  });
});
