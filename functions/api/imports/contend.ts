import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '#domain/refusal.ts';

/** Tries of one call before it gives up; each failure means that somebody else wrote the head or the import meanwhile. */
export const TRIES = 12;

/** Most milliseconds between two tries. */
const LONGEST = 400;

/**
 * Tries until there is a result, with full jitter in between, so that writers which met once do not meet again.
 * Raises `service.contended` after `TRIES`.
 */
export async function contend<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let tried = 0; tried < TRIES; tried++) {
    if (tried > 0) await sleep(Math.random() * Math.min(LONGEST, 10 * 2 ** tried));
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new Refusal('service.contended');
}
