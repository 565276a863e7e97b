import { Refusal } from './refusal.ts';

/** Messages that a user may have scheduled and not sent yet. */
export const MOST_SCHEDULED = 100;

/** How far ahead (ms) a message is scheduled, at least and at most. */
const SOONEST_MS = 10_000;
const LATEST_MS = 366 * 86_400_000;

/** How long (ms) a message that is due is tried again while its author sends more than is allowed. */
const PATIENCE_MS = 10 * 60_000;

/** How long (s) what became of a scheduled message is kept. */
export const KEPT_SECONDS = 30 * 86_400;

/**
 * What becomes of a scheduled message: `sending` is taken once, by one update, after which it is neither edited nor
 * cancelled; from there it is tried under one client id until it is sent or refused.
 */
export type ScheduledState = 'scheduled' | 'sending' | 'sent' | 'failed' | 'cancelled';

/** True when nothing more becomes of it. */
export const isDone = (state: ScheduledState): boolean =>
  state === 'sent' || state === 'failed' || state === 'cancelled';

/** Why a message is not scheduled for this time (ms); undefined when it is. */
export const refusalOfTime = (sendAt: number, now: number): Refusal | undefined =>
  sendAt < now + SOONEST_MS || sendAt > now + LATEST_MS
    ? new Refusal('scheduled.time_invalid', {
        earliest: new Date(now + SOONEST_MS).toISOString(),
        latest: new Date(now + LATEST_MS).toISOString(),
      })
    : undefined;

/** Refusals that pass with time. */
const PASSING: readonly string[] = ['message.rate_limited', 'message.slow_mode'];

/** True when a refused message is to be tried again at the next start: its author only sent too much just now. */
export const isWorthWaiting = (code: string, claimedAt: number, now: number): boolean =>
  PASSING.includes(code) && now - claimedAt < PATIENCE_MS;
