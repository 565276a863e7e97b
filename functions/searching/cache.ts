/** For how long (ms) an answer of the engine is taken for another question of the same words: somebody turns back a page, or types on and back. */
export const KEPT_MS = 15_000;

/** Answers kept; the one not asked for the longest goes first. */
const MOST = 500;

/** Answers of the engine, for a while, in this function's memory. */
export interface Cache<T> {
  /** What is kept under the key at `at` (ms), or else what `load` answers now. What it raises is not kept. */
  readonly get: (key: string, at: number, load: () => Promise<T>) => Promise<T>;
}

/**
 * A cache of what the engine said: never of what the table says, so nothing comes out of it that is not checked again. Its
 * key must name whatever decides what the engine would say: whose question it is and what they may see.
 */
export function answerCache<T>({ most = MOST, keptMs = KEPT_MS } = {}): Cache<T> {
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();
  return {
    get: (key, at, load) => {
      const known = kept.get(key);
      kept.delete(key);
      if (known && at < known.until) {
        kept.set(key, known);
        return known.answer;
      }
      const answer = load();
      const entry = { until: at + keptMs, answer };
      kept.set(key, entry);
      if (kept.size > most) kept.delete(kept.keys().next().value!);
      answer.catch(() => {
        if (kept.get(key) === entry) kept.delete(key);
      });
      return answer;
    },
  };
}
