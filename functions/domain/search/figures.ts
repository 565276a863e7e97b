import type { RawQuery } from './raw-tree.ts';

/** Upper ends (ms) of what searches are told apart by in how long they took; the last class has none. */
export const LATENCIES = [50, 100, 200, 400, 800, 1_600, 3_200] as const;

/** Last places, from 1, of what clicks are told apart by in where the hit stood; the last class has none. */
export const POSITIONS = [1, 2, 3, 5, 10] as const;

const classIn = (ends: readonly number[], value: number): number => {
  const found = ends.findIndex((end) => value <= end);
  return found < 0 ? ends.length : found;
};

/** The class of a search that took so many milliseconds. */
export const latencyClass = (ms: number): number => classIn(LATENCIES, ms);

/** The class of a click on the hit at a place, from 1. */
export const positionClass = (position: number): number => classIn(POSITIONS, position);

/** Different users who must have searched for something on one day before its text is kept. */
export const USERS_TO_KNOW = 5;

/** Characters of the longest term; what is longer is not said twice, and may be anything. */
const LONGEST_TERM = 64;

/** How many places there are for terms on a day, and how many a term may take one of. */
export const [TERM_PLACES, TRIES] = [512, 2];

/** The day of a moment (UTC), as `2026-11-22`. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const freeWords = (tree: RawQuery): readonly string[] => {
  if (tree.op === 'and' || tree.op === 'or') return tree.nodes.flatMap(freeWords);
  return tree.op === 'words' ? tree.words : [];
};

/** What people were looking for, for counting: its words without operators and what is excluded; undefined where nothing is left, or too much. */
export function termOf(tree: RawQuery): string | undefined {
  const term = freeWords(tree).join(' ');
  return term.length > 0 && term.length <= LONGEST_TERM ? term : undefined;
}
