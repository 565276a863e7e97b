import { MOST_TO_TELL } from './watermark.ts';

/** Milliseconds after which a sender's own list is moved again, acknowledged or not. */
const OWN_MS = 60_000;

/** A member as a sender sees them: what they read, what that was when they were last moved up, and when that was (ms). */
export interface Listener {
  readonly userId: string;
  readonly readSeq: number | undefined;
  readonly bumped: number | undefined;
  readonly activityAt: number;
}

/**
 * Whose list a message moves its conversation up in: members who have acknowledged something since they were last moved,
 * once until they do again, and the sender once a minute. Nobody in large conversations, where it would cost too much.
 */
export const toMoveUp = (listeners: readonly Listener[], sender: string, at: number): Listener[] =>
  listeners.length > MOST_TO_TELL
    ? []
    : listeners.filter(
        ({ userId, readSeq = 0, bumped = -1, activityAt }) =>
          readSeq > bumped || (userId === sender && at - activityAt >= OWN_MS),
      );
