import { Refusal } from '#domain/refusal.ts';
import { openingsSince, SearchPaused } from '#gateways/search/breaker.ts';
import { SearchUnavailable } from '#gateways/search/request.ts';
import { log } from '#runtime/log.ts';
import { count, measure } from '#runtime/metrics.ts';

/**
 * What a search answers. Where the engine does not: `search.unavailable`, with when to come back. Nothing else of the service
 * asks the engine, so nothing else stops. Searches are counted, and how long they take.
 */
export async function answering<T>(requestId: string, task: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    const answer = await task();
    measure('searchLatency', Math.round(performance.now() - started));
    return answer;
  } catch (error) {
    if (!(error instanceof SearchUnavailable)) throw error;
    const paused = error instanceof SearchPaused;
    count(paused ? 'searchesRejected' : 'searchesFailed');
    // While it is left alone there is nothing new to say of it.
    if (!paused) log.error('search.unavailable', error, { requestId });
    const retryAfterSeconds = paused ? error.retryAfterSeconds : 1;
    throw new Refusal('search.unavailable', { retryAfterSeconds }, { cause: error });
  } finally {
    count('searches');
    count('searchPauses', openingsSince());
  }
}
