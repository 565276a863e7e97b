/** Scripts of which accents and points may be left out in writing. */
const ACCENTED = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}]/u;

/** Marks of these scripts: combining accents, Hebrew points, Arabic vowel signs. Other scripts write vowels as marks. */
const ACCENT =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]/u;

/** Letters that people replace by others though Unicode does not take them apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ŋ: 'n',
  ŧ: 't',
  ə: 'e',
  // Short i is a letter of its own, not an i with an accent.
  й: 'й',
  // Arabic: the line that stretches words, the other forms of alef, yeh and heh.
  '\u0640': '',
  '\u0671': '\u0627',
  '\u0649': '\u064a',
  '\u0629': '\u0647',
  // Persian forms of yeh and kaf.
  '\u06cc': '\u064a',
  '\u06a9': '\u0643',
};

const withoutAccent = (character: string): string => {
  const letter = LETTERS[character];
  if (letter !== undefined) return letter;
  if (ACCENT.test(character)) return '';
  if (!ACCENTED.test(character)) return character;
  const [base = '', ...rest] = character.normalize('NFD');
  return (LETTERS[base] ?? base) + rest.filter((mark) => !ACCENT.test(mark)).join('');
};

let known: ReadonlyMap<string, string> | undefined;

/**
 * Every folded character that loses an accent, with what is left of it: the engine is given the same list
 * (`gateways/search/mapping.ts`), so that both fold alike.
 */
export function accents(): ReadonlyMap<string, string> {
  if (known) return known;
  const found = new Map<string, string>();
  // The scripts of ACCENTED lie in the first plane, before the signs and again among the late extensions.
  for (let point = 0x80; point <= 0xffff; point++) {
    if (point === 0x2000) point = 0x2c60;
    if (point === 0x2e80) point = 0xa640;
    if (point === 0xac00) point = 0xfb00;
    const character = String.fromCharCode(point);
    if (character.toLowerCase() !== character || character.normalize('NFKC') !== character) continue;
    const plain = withoutAccent(character);
    if (plain !== character) found.set(character, plain);
  }
  known = found;
  return found;
}

/** A folded text without its accents: `café` becomes `cafe`, `straße` becomes `strasse`. */
export const unaccented = (text: string): string => {
  const plain = accents();
  return [...text].map((character) => plain.get(character) ?? character).join('');
};

/** Letters that may be wrong in a word of this many (`AUTO` of the engine); the first one has to be right. */
const mistakesIn = (length: number): number => (length < 3 ? 0 : length < 6 ? 1 : 2);

/** Whether one word becomes the other by at most `most` letters left out, put in, changed, or swapped with their neighbour. */
function within(most: number, one: readonly string[], other: readonly string[]): boolean {
  if (Math.abs(one.length - other.length) > most) return false;
  let [before, last]: [number[], number[]] = [[], other.map((_, index) => index + 1)];
  last.unshift(0);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      // Far from the diagonal everything costs too much.
      if (Math.abs(i - j) > most) {
        row.push(most + 1);
        continue;
      }
      const changed = last[j - 1]! + Number(one[i - 1] !== other[j - 1]);
      const swapped =
        one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity;
      row.push(Math.min(changed, last[j]! + 1, row[j - 1]! + 1, swapped));
    }
    if (Math.min(...row) > most) return false;
    [before, last] = [last, row];
  }
  return last[other.length]! <= most;
}

/** Letters in which words of one stem differ at their ends, and those that they must have in common at least. */
const ENDING = 4;
const STEM = 3;

/**
 * Whether a folded word of a text is like one that was asked for: the same without accents, begun by it, a typing mistake away, or
 * of the same beginning as forms of one word are. It comes near to what the engine finds by its stems, and may mark a little
 * more or less than what made a message match.
 */
export function isLike(wanted: string, found: string): boolean {
  const [want, find] = [[...unaccented(wanted)], [...unaccented(found)]];
  if (want.length === 0) return wanted === found;
  const common = want.findIndex((letter, index) => letter !== find[index]);
  const shared = common === -1 ? want.length : common;
  if (shared === want.length) return want.length > 1 || find.length === 1;
  if (shared === 0) return false;
  const longest = Math.max(want.length, find.length);
  if (shared >= STEM && longest - shared <= Math.min(ENDING, shared)) return true;
  return within(mistakesIn(want.length), want, find);
}
