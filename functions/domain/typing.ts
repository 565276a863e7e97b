/** Milliseconds between two times that the same user's writing in the same conversation is passed on. */
export const TYPING_MS = 2_000;

/** What was last passed on of a user's writing in a conversation: when it was said that they write (ms), and whether they still do. */
export interface Passed {
  readonly since: number;
  readonly active: boolean;
}

/**
 * What is known after somebody says that they write, or that they stopped; undefined when it is not passed on. A start is,
 * once in `TYPING_MS`; an end is, once after each start, and where no start is known.
 */
export function passOn(last: Passed | undefined, active: boolean, at: number): Passed | undefined {
  if (active) return last && at - last.since < TYPING_MS ? undefined : { since: at, active };
  return last && !last.active ? undefined : { since: last?.since ?? at, active };
}
