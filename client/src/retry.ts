import { asParleyError, type ParleyError } from './errors.ts';
import type { Timers } from './timers.ts';

/** The first wait after a failure, and the longest, milliseconds. */
const [FIRST_MS, LONGEST_MS] = [500, 30_000];

/** Milliseconds to wait after failure number `attempt` (from 0): twice as long each time, jittered, or what the server says. */
export const waitAfter = (timers: Timers, attempt: number, error?: ParleyError): number =>
  Math.max(
    timers.jittered(Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10))),
    error?.problem.retryAfterMs ?? 0,
  );

/** Does something until it succeeds. Raises what is final, and `Closed`. */
export async function persistently<T>(timers: Timers, run: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run();
    } catch (thrown) {
      const error = asParleyError(thrown);
      if (error.isFinal || error.status === 401) throw error;
      await timers.sleep(waitAfter(timers, attempt, error));
    }
  }
}
