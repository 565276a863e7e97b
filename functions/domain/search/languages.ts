/**
 * Languages of which the index keeps stems beside the words, by ISO 639-1, with the script they are written in (Unicode's
 * name). A search for what is alike asks those that are written in the script of the word.
 */
export const STEMMED = {
  ar: 'Arabic',
  bg: 'Cyrillic',
  bn: 'Bengali',
  ca: 'Latin',
  cs: 'Latin',
  da: 'Latin',
  de: 'Latin',
  el: 'Greek',
  en: 'Latin',
  es: 'Latin',
  et: 'Latin',
  fa: 'Arabic',
  fi: 'Latin',
  fr: 'Latin',
  hi: 'Devanagari',
  hu: 'Latin',
  hy: 'Armenian',
  id: 'Latin',
  it: 'Latin',
  ja: 'Han',
  ko: 'Hangul',
  lt: 'Latin',
  lv: 'Latin',
  nl: 'Latin',
  no: 'Latin',
  pl: 'Latin',
  pt: 'Latin',
  ro: 'Latin',
  ru: 'Cyrillic',
  sv: 'Latin',
  th: 'Thai',
  tr: 'Latin',
  uk: 'Cyrillic',
  zh: 'Han',
} as const satisfies Readonly<Record<string, string>>;
export type StemmedLanguage = keyof typeof STEMMED;

/** Scripts in which Japanese is written besides Chinese characters. */
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;

const IN_SCRIPT = new Map(
  [...new Set(Object.values(STEMMED))].map((script) => [script, new RegExp(String.raw`\p{Script=${script}}`, 'u')]),
);

/** The languages whose stems a word may have, by the scripts of its letters: `stem.<language>` of the index. */
export function languagesOfWord(word: string): StemmedLanguage[] {
  const languages = Object.keys(STEMMED) as StemmedLanguage[];
  return languages.filter(
    (language) => IN_SCRIPT.get(STEMMED[language])!.test(word) || (language === 'ja' && KANA.test(word)),
  );
}
