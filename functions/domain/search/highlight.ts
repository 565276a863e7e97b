import { fragmentsOf } from './fragments.ts';
import { isLike } from './similar.ts';
import type { Query } from './tree.ts';
import { codePlacesIn, type Word, wordsIn } from './words.ts';

/** A place in a text, in UTF-16 units; never inside of what is seen as one character. */
export type Offsets = [start: number, end: number];

/** Where a text holds what made it match. */
export interface Highlight {
  /** Pieces of the text around the places: HTML whose only markup is `<mark>`. */
  readonly fragments: string[];
  /** Each place in order, apart from each other; the first `MOST_PLACES`. */
  readonly offsets: Offsets[];
}

/** Places of a text that are told; nobody reads more. */
export const MOST_PLACES = 100;

/** Words between those of a phrase that is only alike. */
const SLOP = 2;

/** Where a part of a query holds in a text; `whole`: the text alone is enough for it. */
interface Found {
  readonly whole: boolean;
  readonly places: readonly Offsets[];
}

type Like = (wanted: string, found: string) => boolean;
const same: Like = (wanted, found) => wanted === found;

/** Asks once for each pair: texts say their words again and again. */
function remembered(like: Like): Like {
  const known = new Map<string, boolean>();
  return (wanted, found) => {
    const key = `${wanted} ${found}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const now = like(wanted, found);
    known.set(key, now);
    return now;
  };
}

class Text {
  readonly #text: string;
  readonly #words: readonly Word[];
  readonly #like: Like | undefined;

  constructor(text: string, words: readonly Word[], like: Like | undefined) {
    this.#text = text;
    this.#words = words;
    this.#like = like;
  }

  find(query: Query): Found {
    switch (query.op) {
      case 'and': {
        const parts = query.nodes.map((node) => this.find(node));
        return { whole: parts.every(({ whole }) => whole), places: parts.flatMap(({ places }) => places) };
      }
      case 'or': {
        const parts = query.nodes.map((node) => this.find(node));
        const held = parts.filter(({ whole }) => whole);
        return { whole: held.length > 0, places: (held.length > 0 ? held : parts).flatMap(({ places }) => places) };
      }
      // What is not there has no place, and what a message is stands not in its text.
      case 'not':
      case 'is':
        return { whole: true, places: [] };
      case 'code':
        return this.#at(codePlacesIn(this.#text).filter(({ text }) => text === query.token));
      case 'words':
        return this.#at(this.#phrases(query.words, query.prefix));
    }
  }

  #at(found: readonly Pick<Word, 'start' | 'end'>[]): Found {
    return { whole: found.length > 0, places: found.map(({ start, end }): Offsets => [start, end]) };
  }

  #phrases(wanted: readonly string[], prefix: boolean): Pick<Word, 'start' | 'end'>[] {
    const exact = this.#runs(wanted, prefix, same, 0);
    const like = this.#like;
    if (!like) return exact;
    if (wanted.length === 1) return this.#runs(wanted, prefix, like, 0);
    const near = [exact, this.#runs(wanted, prefix, like, 0), this.#runs(wanted, prefix, like, SLOP)];
    const found = near.find((places) => places.length > 0);
    if (found) return found;
    const pairs = wanted.slice(1).flatMap((word, index) => this.#runs([wanted[index]!, word], false, like, 0));
    return pairs.length > 0 ? pairs : wanted.flatMap((word) => this.#runs([word], false, like, 0));
  }

  /** Where these words stand in this order, at most `between` others between two of them. */
  #runs(wanted: readonly string[], prefix: boolean, like: Like, between: number): Pick<Word, 'start' | 'end'>[] {
    const words = this.#words;
    const fits = (offset: number, at: number): boolean => {
      const [want, word] = [wanted[offset]!, words[at]?.text];
      if (word === undefined) return false;
      return like(want, word) || (prefix && offset === wanted.length - 1 && word.startsWith(want));
    };
    return words.flatMap(({ start }, from) => {
      let at = from;
      if (!fits(0, at)) return [];
      for (let offset = 1; offset < wanted.length; offset++) {
        const next = [...Array(between + 1).keys()].find((skipped) => fits(offset, at + 1 + skipped));
        if (next === undefined) return [];
        at += 1 + next;
      }
      return [{ start, end: words[at]!.end }];
    });
  }
}

/** In order; those that lie over each other as one. */
function apart(places: readonly Offsets[]): Offsets[] {
  const told: Offsets[] = [];
  for (const [start, end] of places.toSorted(([a, b], [c, d]) => a - c || b - d)) {
    const last = told.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else told.push([start, end]);
  }
  return told.slice(0, MOST_PLACES);
}

/**
 * What of a text made it match a query: its words, phrases (as one), beginnings of words and tokens of code; not what the query
 * excludes. With `similar` also what is like them (`similar.ts`), which is an approximation.
 */
export function highlight(text: string, query: Query, match: 'exact' | 'similar'): Highlight {
  const words = wordsIn(text);
  const { places } = new Text(text, words, match === 'similar' ? remembered(isLike) : undefined).find(query);
  const offsets = apart(places);
  return { fragments: fragmentsOf(text, offsets, words), offsets };
}
