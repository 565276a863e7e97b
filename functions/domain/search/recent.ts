import { folded } from './words.ts';

/** Searches that are kept of a user; each has a place of its own, so that there are never more. */
export const MOST_RECENT = 50;

/** Milliseconds within which a search that only goes on where the last one ended takes its place: somebody is still typing. */
const TYPING_MS = 10_000;

/** What tells searches apart: the words as people see them, in whatever case and with whatever space between them. */
export const normalised = (q: string): string => folded(q).replaceAll(/\s+/gu, ' ').trim();

/** A search that is kept. */
export interface Recent {
  /** 0 to 49. */
  readonly place: number;
  /** The same for searches that are the same. */
  readonly id: string;
  /** As it was typed. */
  readonly q: string;
  /** When it was last made (ms). */
  readonly at: number;
}

const newestFirst = (recent: readonly Recent[]): Recent[] =>
  [...recent].sort((one, other) => other.at - one.at || one.place - other.place);

/** Each search once, the last made first. */
export function distinct(recent: readonly Recent[]): Recent[] {
  const ids = new Set<string>();
  return newestFirst(recent).filter(({ id }) => {
    const isFirst = !ids.has(id);
    ids.add(id);
    return isFirst;
  });
}

/**
 * Where a search is kept: in the place of the last one where it only goes on with it, in its own where it was made before,
 * else in a free one (a search is always offered the same one first), else in that of the oldest. `before`: what lies there.
 */
export function placeFor(
  recent: readonly Recent[],
  { id, q, at, first }: Omit<Recent, 'place'> & { readonly first: number },
): { readonly place: number; readonly before: Recent | undefined } {
  const [last, ...others] = newestFirst(recent);
  const [text, lastText] = [normalised(q), last && normalised(last.q)];
  const goesOn = last && at - last.at <= TYPING_MS && text !== lastText && text.startsWith(lastText!);
  const known = goesOn ? last : recent.find((one) => one.id === id);
  if (known) return { place: known.place, before: known };
  const taken = new Set(recent.map(({ place }) => place));
  for (let step = 0; step < MOST_RECENT; step++) {
    const place = (first + step) % MOST_RECENT;
    if (!taken.has(place)) return { place, before: undefined };
  }
  const shown = new Set(distinct(recent));
  // One that a newer one of its kind hides goes before those that are still shown.
  const oldest = others.findLast((one) => !shown.has(one)) ?? others.at(-1)!;
  return { place: oldest.place, before: oldest };
}
