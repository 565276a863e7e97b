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
