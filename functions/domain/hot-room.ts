import { timeOfKey } from './client-id.ts';
import type { Sequencer } from './sequence.ts';

/** Messages within `WINDOW` (ms) that make a room hot. */
const MANY = 5;
const WINDOW = 1_000;

/**
 * Milliseconds that the fan-out function keeps a hot room's group to itself, from the moment it got a batch: what comes
 * meanwhile waits in the queue and is the next batch. With the queue's own time it is 250 ms at most.
 */
export const GATHER_MS = 218;

/** Milliseconds for which a message that was left to the queue may still lie there: what follows is not to overtake it. */
const QUEUED = 300;

/** Sockets above which events are gathered; to fewer a push each costs less than the queue and another function. */
export const GATHER_SOCKETS = 20;

/**
 * True when a conversation is so busy at `at` (ms) that events are to be gathered into one frame: five or more in the last
 * second. What follows a gathered one closely is gathered, too, so that it arrives behind it. Known from the times of the
 * client ids that the head remembers: nothing is written for it.
 */
export function isHot({ recent, older }: Pick<Sequencer, 'recent' | 'older'>, at: number): boolean {
  const times = [...Object.keys(recent), ...Object.keys(older)].map(timeOfKey).sort((a, b) => a - b);
  const manyBefore = (moment: number): boolean =>
    times.filter((time) => time > moment - WINDOW && time <= moment).length >= MANY;
  let queuedUntil = Number.NEGATIVE_INFINITY;
  for (const time of times) if (manyBefore(time) || time < queuedUntil) queuedUntil = time + QUEUED;
  return manyBefore(at) || at < queuedUntil;
}
