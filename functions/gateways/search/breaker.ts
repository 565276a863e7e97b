import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleType } from 'cockatiel';
import { SearchRefused, SearchUnavailable } from './request.ts';

/** Requests in a row that fail before the engine is left alone, and for how long it then is (ms). */
export const FAILURES = 5;
export const OPEN_MS = 5_000;

/** The engine was not asked: it has just failed too often. */
export class SearchPaused extends SearchUnavailable {
  override readonly name = 'SearchPaused';
  /** Until when it is left alone at most. */
  readonly retryAfterSeconds = OPEN_MS / 1_000;
}

const refusalIn = (error: unknown): { readonly refused: SearchRefused } => {
  if (error instanceof SearchRefused) return { refused: error };
  throw error;
};

/** Something that stands between searches and an engine that fails. */
export interface Breaker {
  /** What `task` answers or raises. Raises `SearchPaused`, without running it, while the engine is left alone. */
  readonly run: <T>(task: () => Promise<T>) => Promise<T>;
}

/**
 * After `FAILURES` requests in a row without an answer nothing is asked for `OPEN_MS`; then one request is let through as a
 * trial, others wait for what becomes of it. An answer, even a refusal, is the engine's: it works. `opened` hears of each time.
 */
export function searchBreaker(opened: () => void = () => {}): Breaker {
  const policy = circuitBreaker(handleType(SearchUnavailable), {
    halfOpenAfter: OPEN_MS,
    breaker: new ConsecutiveBreaker(FAILURES),
  });
  policy.onBreak(opened);
  return {
    run: async (task) => {
      const outcome = await policy
        // A refusal passes the breaker as an answer does.
        .execute(() => task().then((answer) => ({ answer }), refusalIn))
        .catch((error: unknown) => {
          if (!(error instanceof BrokenCircuitError)) throw error;
          throw new SearchPaused('the search engine has just failed too often', { cause: error });
        });
      if ('refused' in outcome) throw outcome.refused;
      return outcome.answer;
    },
  };
}

let openings = 0;

/** The one that all searches of this function share; writers to the index have queues behind them and need none. */
export const engine: Breaker = searchBreaker(() => {
  openings += 1;
});

/** How often it has opened since this was last asked. */
export function openingsSince(): number {
  const found = openings;
  openings = 0;
  return found;
}
