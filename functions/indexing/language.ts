import { eld } from 'eld/extrasmall';
import { STEMMED } from '#domain/search/languages.ts';

/** Characters of a text that are looked at: what it begins in, it goes on in. */
const LOOKED_AT = 1_000;

/** Of letters that tell a language by themselves, this many are enough. */
const FEWEST_TELLING = 2;
/** Of others, this many letters in this many words. */
const FEWEST_LETTERS = 10;
const FEWEST_WORDS = 2;
/** What is no language: code, addresses, names of people and rooms, versions. */
const NOT_SAID = [
  /```[\s\S]*?(?:```|$)/gu,
  /`[^`\n]*`/gu,
  /\b(?:https?:\/\/|www\.)\S+/giu,
  /[^\s@]+@[^\s@]+/gu,
  /(?<!\S)--?[a-z]\S*/giu,
  /[@#:][\p{L}\p{N}_.-]+:?/gu,
  /\S*[\p{L}\p{N}][_\\/=<>{}()[\]$]+[\p{L}\p{N}]\S*/gu,
  /\S*\p{N}\S*/gu,
] as const;

const said = (text: string): string =>
  NOT_SAID.reduce((rest, pattern) => rest.replace(pattern, ' '), text.slice(0, LOOKED_AT).toWellFormed());

/** Scripts that one language of today is written in, with how many of a text's letters must be of it. */
const BY_SCRIPT: readonly (readonly [language: string, script: RegExp, share: number])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 0.1],
  ['ko', /\p{Script=Hangul}/gu, 0.3],
  ['zh', /\p{Script=Han}/gu, 0.5],
  ['th', /\p{Script=Thai}/gu, 0.5],
  ['el', /\p{Script=Greek}/gu, 0.5],
  ['he', /\p{Script=Hebrew}/gu, 0.5],
  ['hy', /\p{Script=Armenian}/gu, 0.5],
];

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** A text that is more of signs than of words is code. */
const looksLikeCode = (text: string): boolean => count(text, /[{}()[\]<>=;$|&\\^~*+]/gu) * 8 > count(text, /\p{L}/gu);

/**
 * The language a text is written in (ISO 639-1); undefined when the text does not tell: too short, code, pictures, or two
 * languages that are as likely. The same text gives the same answer.
 */
export function languageOf(text: string): string | undefined {
  const words = said(text);
  const letters = count(words, /\p{L}/gu);
  for (const [language, script, share] of BY_SCRIPT) {
    const found = count(words, script);
    if (found >= FEWEST_TELLING && found >= letters * share) return language;
  }
  if (letters < FEWEST_LETTERS || count(words, /\p{L}+/gu) < FEWEST_WORDS || looksLikeCode(text)) return undefined;
  const guess = eld.detect(words);
  return guess.isReliable() ? guess.language : undefined;
}

/** How many languages a text is stemmed by when it does not tell its own. */
const GUESSES = 2;

/** What the index goes by: the language of a text, and those by whose rules it is stemmed. */
export interface Languages {
  readonly lang: string | undefined;
  /** Its own, or the likeliest ones. A wrong guess costs room, and only who looks for what is alike comes across it. */
  readonly stems: readonly string[];
}

/** The languages of what somebody wrote, if anything. */
export function languagesOf(text: string | undefined): Languages {
  const lang = text === undefined ? undefined : languageOf(text);
  if (lang !== undefined) return { lang, stems: lang in STEMMED ? [lang] : [] };
  const guesses = text === undefined || looksLikeCode(text) ? [] : Object.keys(eld.detect(said(text)).getScores());
  return { lang, stems: guesses.filter((language) => language in STEMMED).slice(0, GUESSES) };
}
