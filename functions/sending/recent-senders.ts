import type { Caller } from '#runtime/caller.ts';

/** Milliseconds for which a sender that was let in is expected to be let in again. */
const EXPECTED_MS = 60_000;
/** Entries kept; the oldest go first. */
const MOST = 10_000;

const seen = new Map<string, number>();

/**
 * True when this function let the sender into the conversation, to write or to read, within the last minute. It is only a reason to take a
 * number beside the permission check instead of after it: the check itself is always made.
 */
export const isExpected = (place: string, at: number): boolean => at - (seen.get(place) ?? 0) < EXPECTED_MS;

/** Who asks in which conversation. */
export const placeOf = ({ tenant, userId }: Caller, conversationId: string): string =>
  `${tenant}\n${userId}\n${conversationId}`;

/** Remembers that a sender was let in. */
export const expect = (place: string, at: number): void => {
  seen.delete(place);
  seen.set(place, at);
  if (seen.size > MOST) seen.delete(seen.keys().next().value!);
};

/** Forgets a sender that was refused. */
export const unexpect = (place: string): void => {
  seen.delete(place);
};
