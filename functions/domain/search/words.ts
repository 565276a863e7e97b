/**
 * What a word is, for texts and queries alike. The engine splits by the same pattern (`gateways/search/mapping.ts`), so
 * that it finds exactly what a plain scan of the folded texts finds.
 */

/** One word of a text, with where it stands in the text as written (UTF-16 code units). */
export interface Word {
  /** Folded. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Code points of which each one is a word by itself: of scripts that put no spaces between words, and pictures. */
const SINGLES = String.raw`\p{Extended_Pictographic}\p{Regional_Indicator}`;
const UNSPACED = ['Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => String.raw`\p{Script_Extensions=${script}}`)
  .join('');

const isSingle = new RegExp(`^[${SINGLES}]$`, 'u');
const isUnspaced = new RegExp(`^(?=[\\p{L}\\p{N}])[${UNSPACED}]$`, 'u');
const isLetter = /^[\p{L}\p{M}\p{N}]$/u;

/** UTF-16 units of a word that count; what is longer (pasted keys, base64) is found by its beginning. */
export const MAX_WORD = 512;

/** Ranges of the code points that a test holds for, as a class of a regular expression: `\x{61}-\x{7a}`. */
function rangesOf(test: (character: string) => boolean): string {
  const ranges: string[] = [];
  const hex = (point: number) => `\\x{${point.toString(16)}}`;
  for (let point = 0x80, start: number | undefined; point <= 0x10ffff + 1; point++) {
    const holds = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) && test(String.fromCodePoint(point));
    if (holds) start ??= point;
    else if (start !== undefined) {
      ranges.push(start === point - 1 ? hex(start) : `${hex(start)}-${hex(point - 1)}`);
      start = undefined;
    }
  }
  return ranges.join('');
}

/**
 * The pattern of a word in the notation of Java: a character of a script without spaces with its marks, a picture, or a run
 * of other letters, marks and digits. The sets are spelled out, so that it does not matter which Unicode the engine knows.
 */
export function wordPattern(): string {
  const unspaced = rangesOf((character) => isUnspaced.test(character));
  const singles = rangesOf((character) => isSingle.test(character) && !isLetter.test(character));
  return `[${unspaced}]\\p{M}*|[${singles}]|[\\p{L}\\p{M}\\p{N}&&[^${unspaced}]]+`;
}

const WORD = new RegExp(
  `(?=[\\p{L}\\p{N}])[${UNSPACED}]\\p{M}*|(?![\\p{L}\\p{M}\\p{N}])[${SINGLES}]|(?:(?!(?=[\\p{L}\\p{N}])[${UNSPACED}])[\\p{L}\\p{M}\\p{N}])+`,
  'gu',
);

/**
 * One form for what looks the same or differs in case alone: compatibility composition (UAX 15, NFKC), then lower case code
 * point by code point, whatever stands beside it. The index is given texts in this form.
 */
export const folded = (text: string): string =>
  [...text.normalize('NFKC').toWellFormed()]
    .map((character) => (character === '\u0130' ? 'i' : character.toLowerCase()))
    .join('')
    .replaceAll('\u03c2', '\u03c3')
    .normalize('NFKC');

/** The words of a text, in order, with where they stand in it. */
export function wordsIn(text: string): Word[] {
  return [...text.matchAll(WORD)].flatMap(({ 0: found, index }) => {
    const inside = folded(found).match(WORD) ?? [];
    // What is one character may fold to several words (`½`): they stand in the same place.
    return inside.map((word) => ({ text: word, start: index, end: index + found.length }));
  });
}

/** The words of a text, folded, in order: what the index holds of it. */
export const wordsOf = (text: string): string[] => folded(text).match(WORD) ?? [];

/** A text as it is given to the index: its words, folded, one space apart. */
export const spaced = (text: string): string => wordsOf(text).join(' ');

/** A word is looked at from its beginning only: linear in the text, however long its words are. */
const CODE = /(?<![\p{L}\p{N}_])[\p{L}\p{N}_]+(?:\+\+|#)(?![\p{L}\p{N}])|[!#$%&*+\-./:;<=>?@\\^_`|~]{2,}/gu;

/** What programmers write that is no word: `c++`, `c#`, `=>`, `!==`. Folded, each once. */
export const codeIn = (text: string): string[] => [...new Set(folded(text).match(CODE))];
