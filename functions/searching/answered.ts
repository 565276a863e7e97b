import { SearchPaused } from '#gateways/search/breaker.ts';
import { SearchUnavailable } from '#gateways/search/request.ts';
import { log } from '#runtime/log.ts';

/** What the engine answers to a part of a search; undefined where it does not answer, and the rest is as good as it can be. */
export async function whereAnswered<T>(task: () => Promise<T>): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof SearchUnavailable)) throw error;
    if (!(error instanceof SearchPaused)) log.warn('search.partly_unavailable', { message: error.message });
    return undefined;
  }
}
