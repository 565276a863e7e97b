import { MAX_DEPTH, type MyThread, SHOWN_PARTICIPANTS, type Subscription } from '#contract/thread.ts';
import { Refusal } from './refusal.ts';

/** Where a reply stands, by numbers of its conversation: the root, and the replies between the root and it, from the top. */
export interface Place {
  readonly r: number;
  readonly p: readonly number[];
}

/** The message a reply answers. */
export const parentOf = ({ r, p }: Place): number => p.at(-1) ?? r;

/** 1 for a direct reply to the root. */
export const depthOf = ({ p }: Place): number => p.length + 1;

/** The place of a reply under a message that itself stands at `place`, or nowhere. Refuses with `thread.too_deep`. */
export function placeUnder(seq: number, place: Place | undefined): Place | Refusal {
  if (!place) return { r: seq, p: [] };
  if (depthOf(place) >= MAX_DEPTH) return new Refusal('thread.too_deep', { most: MAX_DEPTH });
  return { r: place.r, p: [...place.p, seq] };
}

/**
 * What the root keeps of its thread: `v` counts changes, `c` replies that are not deleted, `k` users who replied, `u` the
 * last of them, the latest first, `f` the number of the reply that began it, `s` and `a` number and time (ms) of the last.
 */
export interface Summary {
  readonly v: number;
  readonly c: number;
  readonly k: number;
  readonly u: readonly string[];
  readonly f: number;
  readonly s: number;
  readonly a: number;
}

/** The summary after a reply. `isNew`: its author has not replied before. */
export const withReply = (
  before: Summary | undefined,
  { by, isNew, seq, at }: { readonly by: string; readonly isNew: boolean; readonly seq: number; readonly at: number },
): Summary => ({
  v: (before?.v ?? 0) + 1,
  c: (before?.c ?? 0) + 1,
  k: (before?.k ?? 0) + (isNew ? 1 : 0),
  u: [by, ...(before?.u ?? []).filter((userId) => userId !== by)].slice(0, SHOWN_PARTICIPANTS),
  f: before?.f ?? seq,
  // A late writer's number lies below one that is counted already.
  s: Math.max(before?.s ?? 0, seq),
  a: Math.max(before?.a ?? 0, at),
});

/** The summary after a reply was deleted or restored. */
export const withRemoval = (before: Summary, kind: 'message_deleted' | 'message_restored'): Summary => ({
  ...before,
  v: before.v + 1,
  c: before.c + (kind === 'message_deleted' ? -1 : 1),
});

/** Whether a thread's read marker moves to `to`: never back, and never beyond the last reply (`thread.beyond_last`). */
export function markerMoves(from: number, to: number, last: number): boolean {
  if (to > last) throw new Refusal('thread.beyond_last', { last });
  return to > from;
}

/** What a user has to do with a thread, and why. */
export interface Standing {
  readonly state?: Subscription | undefined;
  readonly reason?: MyThread['reason'] | undefined;
}

/**
 * What taking part makes of a standing; undefined when nothing changes: who follows goes on, and who has muted the thread
 * is left alone.
 */
export const takingPart = (
  { state = 'none' }: Standing,
  reason: 'author' | 'replied' | 'mentioned',
): Required<Standing> | undefined => (state === 'none' ? { state: 'following', reason } : undefined);
