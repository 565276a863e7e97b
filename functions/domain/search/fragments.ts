import { marked } from './marked.ts';
import type { Word } from './words.ts';

/** Fragments of a text that are shown, and UTF-16 units of each, about. */
const MOST_FRAGMENTS = 3;
const FRAGMENT = 150;

type Place = readonly [start: number, end: number];

/** Places that fit one fragment, in order. */
function gathered(places: readonly Place[]): Place[][] {
  const groups: Place[][] = [];
  for (const place of places) {
    const group = groups.at(-1);
    if (group && place[1] - group[0]![0] <= FRAGMENT) group.push(place);
    else groups.push([place]);
  }
  return groups;
}

/** The first of sorted numbers that is at least `least`; undefined when none is. */
function firstFrom(numbers: readonly number[], least: number): number | undefined {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return numbers[low];
}

/** Not inside of a character: before the marks and joined parts that a cut would part from it. */
function beforeCharacter(text: string, at: number): number {
  let place = at;
  while (
    place > 0 &&
    place < text.length &&
    /^[\udc00-\udfff]|^[\p{M}\p{Emoji_Modifier}\u200d]/u.test(text.slice(place, place + 2))
  )
    place--;
  return place;
}

/**
 * Up to three pieces of a text with the most of these places, in the order of the text, cut between words and escaped
 * for HTML; the places are marked.
 */
export function fragmentsOf(text: string, places: readonly Place[], words: readonly Word[]): string[] {
  const groups = gathered(places);
  const shown = groups
    .map((group, index) => ({ group, index }))
    .toSorted((one, other) => other.group.length - one.group.length || one.index - other.index)
    .slice(0, MOST_FRAGMENTS)
    .toSorted((one, other) => one.index - other.index);
  const starts = words.map(({ start }) => start);
  // Ends counted from behind, so that the last one before a place is the first one from it on.
  const ends = words.map(({ end }) => -end).reverse();
  let behind = 0;
  return shown.map(({ group, index }) => {
    const [first, last] = [group[0]![0], group.at(-1)![1]];
    const spare = Math.max(0, FRAGMENT - (last - first));
    const from = Math.max(behind, first - Math.max(Math.floor(spare / 2), spare - (text.length - last)));
    const next = groups[index + 1]?.[0]?.[0] ?? text.length;
    const to = Math.min(next, text.length, from + Math.max(FRAGMENT, last - first));
    const start = from === 0 ? 0 : Math.min(first, firstFrom(starts, from) ?? first);
    const stop = to === text.length ? to : Math.max(last, -(firstFrom(ends, -to) ?? -last));
    const end = stop - start > 2 * FRAGMENT ? beforeCharacter(text, start + 2 * FRAGMENT) : stop;
    behind = end;
    return marked(text, group, [start, end]);
  });
}
