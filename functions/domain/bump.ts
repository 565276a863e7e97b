import { MOST_TO_TELL } from './watermark.ts';

/** Milliseconds after which a sender's own list is moved again, acknowledged or not. */
const OWN_MS = 60_000;

/** A member as a sender sees them: what they read, what that was when they were last moved up, and when that was (ms). */
export interface Listener {
  readonly userId: string;
  readonly readSeq: number | undefined;
  readonly bumped: number | undefined;
  /** Undefined where their list holds it among the large ones. */
  readonly activityAt: number | undefined;
}

/**
 * Whose list a message moves its conversation up in: members who have acknowledged something since they were last moved,
 * once until they do again, and the sender once a minute; everybody who has it among the large ones, when it is large no
 * more. Nobody in large conversations, where it would cost too much: they are merged into lists when these are read.
 */
export const toMoveUp = (listeners: readonly Listener[], sender: string, at: number): Listener[] =>
  listeners.length > MOST_TO_TELL
    ? []
    : listeners.filter(
        ({ userId, readSeq = 0, bumped = -1, activityAt }) =>
          activityAt === undefined || readSeq > bumped || (userId === sender && at - activityAt >= OWN_MS),
      );

/** Who still has a large conversation among the others, where it does not move. */
export const toSetApart = (listeners: readonly Listener[]): Listener[] =>
  listeners.length > MOST_TO_TELL ? listeners.filter(({ activityAt }) => activityAt !== undefined) : [];

/** Something that stands in a list, by a text that sorts as the list does, backwards. */
export interface Placed {
  readonly place: string;
}

/**
 * The next of two lists, the greatest place first: those that were read a page at a time, of which there may be `more`, and
 * those known as a whole, from below `before` on. Nothing is shown that something unread might stand above.
 */
export function mergedPlaces<A extends Placed, B extends Placed>(
  paged: { readonly items: readonly A[]; readonly more: boolean },
  whole: readonly B[],
  { before, limit }: { readonly before: string | undefined; readonly limit: number },
): { readonly items: (A | B)[]; readonly more: boolean } {
  const horizon = paged.more ? paged.items.at(-1)?.place : undefined;
  const below = whole.filter(({ place }) => before === undefined || place < before);
  const all = [...paged.items, ...below].sort((a, b) => (a.place < b.place ? 1 : -1));
  const sure = horizon === undefined ? all : all.filter(({ place }) => place >= horizon);
  const items = sure.slice(0, limit);
  return { items, more: paged.more || all.length > items.length };
}
