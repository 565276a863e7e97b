import { Refusal } from './refusal.ts';

/** One thing that a message must hold: a word, or words side by side, here apart by a space. Case does not matter. */
export interface Clause {
  readonly kind: 'word' | 'phrase';
  readonly text: string;
}

/** Clauses of one query; each costs the engine a look-up. */
export const MAX_CLAUSES = 16;

/** A word is a run of letters, marks and digits; the index splits the same way (`gateways/search-index.ts`). */
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** Straight and typographic double quotes. */
const QUOTE = /["\u201c\u201d\u201e\u201f]/u;

/**
 * One form for what looks the same: `é` as one character, not as `e` and an accent (UAX 15, NFC). Applied to what is
 * indexed and to what is asked.
 */
export const normal = (text: string): string => text.normalize('NFC');

/** The words of a text, in order, as written: the engine's own rule makes them lower case, of a text and of a query alike. */
export const wordsOf = (text: string): string[] => normal(text).match(WORD) ?? [];

const clauseOf = (words: readonly string[]): Clause[] =>
  words.length === 0 ? [] : [{ kind: words.length === 1 ? 'word' : 'phrase', text: words.join(' ') }];

/**
 * What a query asks for. Words must all occur; words in double quotes must stand side by side, and so must the parts of
 * what has no space in it (`don't`, `a.b@c.org`). A quote that is not closed reaches to the end. Nothing else has a
 * meaning: no fields, wildcards or operators. Raises `request.invalid` when there is no word, or more than `MAX_CLAUSES`.
 */
export function parseQuery(query: string): Clause[] {
  const clauses = query
    .split(QUOTE)
    // Outside and inside of quotes take turns.
    .flatMap((part, index) => (index % 2 === 1 ? [part] : part.split(/\s+/u)))
    .flatMap((part) => clauseOf(wordsOf(part)));
  const distinct = [...new Map(clauses.map((clause) => [clause.text.toLowerCase(), clause])).values()];
  const wrong = (message: string) => new Refusal('request.invalid', { issues: [{ path: 'q', message }] });
  if (distinct.length === 0) throw wrong('holds no word: a word is made of letters and digits');
  if (distinct.length > MAX_CLAUSES) throw wrong(`more than ${MAX_CLAUSES} words and phrases`);
  return distinct;
}
