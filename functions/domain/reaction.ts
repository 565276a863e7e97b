import { MOST_EMOJIS } from '#contract/reactions.ts';
import { Refusal } from './refusal.ts';

/** Reactors of an emoji that a message itself names. */
export const NAMED_REACTORS = 5;

/**
 * One emoji on one message: `e` the emoji, `c` how many reacted with it, `u` the first of them, in order. Who takes a
 * reaction back leaves `u`, and the next to react comes in.
 */
export interface Tally {
  readonly e: string;
  readonly c: number;
  readonly u: readonly string[];
}

/** The tallies after a change, and those of them that it changed; a count of 0 is an emoji that is gone. */
export interface Counted {
  readonly tallies: Tally[];
  readonly changed: Tally[];
}

/** What users may do to their reactions. */
export type ReactionKind = 'reaction_added' | 'reaction_removed';

/**
 * Counts a user's new reaction. The user must not have reacted with this emoji yet: the tallies do not know everybody.
 * Refuses with `reaction.too_many` what would be one emoji too many.
 */
export function counted(tallies: readonly Tally[], emoji: string, userId: string): Counted | Refusal {
  const known = tallies.find(({ e }) => e === emoji);
  if (!known) {
    if (tallies.length >= MOST_EMOJIS) return new Refusal('reaction.too_many', { most: MOST_EMOJIS });
    const first: Tally = { e: emoji, c: 1, u: [userId] };
    return { tallies: [...tallies, first], changed: [first] };
  }
  const u = known.u.length < NAMED_REACTORS ? [...known.u, userId] : known.u;
  const more: Tally = { e: emoji, c: known.c + 1, u };
  return { tallies: tallies.map((tally) => (tally === known ? more : tally)), changed: [more] };
}

/** Takes a user's reactions back, all of which must be there. */
export function discounted(tallies: readonly Tally[], emojis: readonly string[], userId: string): Counted {
  const less = tallies.map((tally) =>
    emojis.includes(tally.e) ? { ...tally, c: tally.c - 1, u: tally.u.filter((user) => user !== userId) } : tally,
  );
  return { tallies: less.filter(({ c }) => c > 0), changed: less.filter(({ e }) => emojis.includes(e)) };
}
