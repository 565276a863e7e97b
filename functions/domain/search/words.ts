/**
 * What a word is, for texts and queries alike. The index is given the words as they are cut here, a space between them
 * (`spaced`), and splits at the spaces: so it finds exactly what a plain scan of the words finds.
 */

/** One word of a text, with where it stands in the text as written (UTF-16 code units). */
export interface Word {
  /** Folded. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** UTF-16 units of a word that count; what is longer (pasted keys, base64) is found by its beginning. */
export const MAX_WORD = 512;

/** Code points of which each one is a word by itself: of scripts that put no spaces between words, and pictures. */
const SINGLES = String.raw`\p{Extended_Pictographic}\p{Regional_Indicator}`;
const UNSPACED = ['Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => String.raw`\p{Script_Extensions=${script}}`)
  .join('');

/** A character of a script without spaces with its marks, a picture, or a run of other letters, marks and digits. */
const WORD = new RegExp(
  [
    String.raw`(?=[\p{L}\p{N}])[${UNSPACED}]\p{M}*`,
    String.raw`(?![\p{L}\p{M}\p{N}])[${SINGLES}]`,
    String.raw`(?:(?!(?=[\p{L}\p{N}])[${UNSPACED}])[\p{L}\p{M}\p{N}])+`,
  ].join('|'),
  'gu',
);

/** What is not seen: variation selectors (a heart is the same red or black), soft hyphens and joiners. What keeps Persian letters apart parts words. */
const UNSEEN = /\p{Variation_Selector}|\u00ad|\u200d|\u2060|\ufeff/gu;

/**
 * One form for what looks the same or differs in case alone: compatibility composition (UAX 15, NFKC), then lower case code
 * point by code point, whatever stands beside it.
 */
export const folded = (text: string): string =>
  [...text.toWellFormed().replace(UNSEEN, '').normalize('NFKC')]
    .map((character) => (character === '\u0130' ? 'i' : character.toLowerCase()))
    .join('')
    .replaceAll('\u03c2', '\u03c3')
    .normalize('NFKC');

const cut = (word: string): string =>
  word.length <= MAX_WORD ? word : word.slice(0, MAX_WORD).replace(/[\ud800-\udbff]$/, '');

/** The words of a text, folded, in order: what the index holds of it. */
export const wordsOf = (text: string): string[] => (folded(text).match(WORD) ?? []).map(cut);

/** A text as it is given to the index: its words, folded, one space apart. */
export const spaced = (text: string): string => wordsOf(text).join(' ');

/** Vowels and finals of Korean, which NFKC joins with what stands before them: of full, compatible and half width. */
const JOINING = String.raw`\u1160-\u11ff\ud7b0-\ud7ff\u3133\u3135\u3136\u313a-\u313f\u314f-\u3164\u3167-\u316d\u316f-\u3170\u3182\u3183\u3187-\u318e\uffa0\uffa3\uffa5\uffa6\uffaa-\uffaf\uffc2-\uffdc`;
/** What belongs to the character before it: marks, what is not seen, skin tones, these, and Japanese voicing of half width. */
const AFTER = String.raw`\p{M}\p{Variation_Selector}\p{Emoji_Modifier}\u00ad\u200c\u200d\u2060\ufeff\uff9e\uff9f${JOINING}`;

/** A piece of text that folds by itself and is not torn: a character with what belongs to it, a flag, a picture of several. */
const PIECE = new RegExp(
  String.raw`\p{Regional_Indicator}{2}[${AFTER}]*|[\s\S][${AFTER}]*(?:(?<=\u200d)\p{Extended_Pictographic}[${AFTER}]*)*`,
  'gu',
);

/** A text folded, and the places of what a pattern finds in it. */
function placesIn(text: string, pattern: RegExp): Word[] {
  let whole = '';
  // For each unit of the folded text, the piece that it came from.
  const [starts, ends]: [number[], number[]] = [[], []];
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    const inside = folded(piece);
    whole += inside;
    for (let unit = 0; unit < inside.length; unit++) {
      starts.push(index);
      ends.push(index + piece.length);
    }
  }
  return [...whole.matchAll(pattern)].map(({ 0: found, index }) => ({
    text: found,
    start: starts[index]!,
    end: ends[index + found.length - 1]!,
  }));
}

/**
 * The words of a text, in order, with where they stand in it: the same as `wordsOf`. A place never begins or ends inside of
 * what is seen as one character. What is one character may be several words (`½`): they stand in the same place.
 */
export const wordsIn = (text: string): Word[] =>
  placesIn(text, WORD).map((word) => ({ ...word, text: cut(word.text) }));

/** What programmers write that is no word. A word is looked at from its beginning only: linear in the text, however long its words are. */
const CODE = /(?<![\p{L}\p{N}_])[\p{L}\p{N}_]+(?:\+\+|#)(?![\p{L}\p{N}])|[!#$%&*+\-./:;<=>?@\\^_`|~]{2,}/gu;
/** UTF-16 units; longer ones are lines drawn with signs. */
const MAX_CODE = 64;

/** Tokens of code in a text: `c++`, `c#`, `=>`, `!==`. Folded, each once. */
export const codeIn = (text: string): string[] =>
  [...new Set(folded(text).match(CODE))].filter((token) => token.length <= MAX_CODE);

/** Where tokens of code stand in a text, in order. */
export const codePlacesIn = (text: string): Word[] =>
  placesIn(text, CODE).filter((token) => token.text.length <= MAX_CODE);
