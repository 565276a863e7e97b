import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FAILURES, OPEN_MS, SearchPaused, searchBreaker } from '#gateways/search/breaker.ts';
import { SearchRefused, SearchUnavailable } from '#gateways/search/request.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What happens to one request, and what time passes before it (ms). */
const step = fc.record({
  after: fc.constantFrom(0, 1, OPEN_MS - 1, OPEN_MS),
  engine: fc.constantFrom('answers', 'refuses', 'fails'),
});
type Engine = 'answers' | 'refuses' | 'fails';

const request = (engine: Engine) => async () => {
  if (engine === 'fails') throw new SearchUnavailable('no answer');
  if (engine === 'refuses') throw new SearchRefused(400, 'parsing_exception', 'our fault');
  return 'answer';
};

/** What a breaker is to do, said in five lines. */
class Model {
  failures = 0;
  openedAt: number | undefined;
  expected(engine: Engine, now: number): 'answer' | 'refused' | 'unavailable' | 'paused' {
    if (this.openedAt !== undefined && now - this.openedAt < OPEN_MS) return 'paused';
    const trial = this.openedAt !== undefined;
    this.openedAt = undefined;
    this.failures = engine === 'fails' ? this.failures + 1 : 0;
    if (engine === 'fails' && (trial || this.failures >= FAILURES)) this.openedAt = now;
    return engine === 'fails' ? 'unavailable' : engine === 'refuses' ? 'refused' : 'answer';
  }
}

const became = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'answer',
    (error: unknown) => {
      if (error instanceof SearchPaused) return 'paused';
      return error instanceof SearchUnavailable ? 'unavailable' : error instanceof SearchRefused ? 'refused' : 'bug';
    },
  );

describe('the breaker before the search engine', () => {
  it('opens, tries once, and closes as its model says, whatever happens', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const [breaker, model] = [searchBreaker(), new Model()];
        for (const { after, engine } of steps) {
          vi.setSystemTime(Date.now() + after);
          const wanted = model.expected(engine, Date.now());
          const asked = vi.fn(request(engine));
          expect(await became(breaker.run(asked))).toBe(wanted);
          expect(asked).toHaveBeenCalledTimes(wanted === 'paused' ? 0 : 1);
        }
      }),
    ));

  it('lets one request through as a trial; the others share its fate and do not ask', async () => {
    const opened = vi.fn();
    const breaker = searchBreaker(opened);
    for (let failure = 0; failure < FAILURES; failure++) await became(breaker.run(request('fails')));
    expect(opened).toHaveBeenCalledTimes(1);
    vi.setSystemTime(Date.now() + OPEN_MS);
    const engine = vi.fn(request('fails'));
    expect(await Promise.all(Array.from({ length: 5 }, () => became(breaker.run(engine))))).toEqual([
      'unavailable',
      ...Array(4).fill('paused'),
    ]);
    expect(engine).toHaveBeenCalledTimes(1);
    expect(opened).toHaveBeenCalledTimes(2);
    vi.setSystemTime(Date.now() + OPEN_MS);
    expect(await Promise.all(Array.from({ length: 5 }, () => became(breaker.run(request('answers')))))).toEqual(
      Array(5).fill('answer'),
    );
  });

  it('takes a refusal for a sign of life', async () => {
    const breaker = searchBreaker();
    for (const engine of ['fails', 'refuses', 'fails'] as const)
      for (let times = 1; times < FAILURES; times++) await became(breaker.run(request(engine)));
    expect(await became(breaker.run(request('answers')))).toBe('answer');
  });

  it('says when to come back', async () => {
    const breaker = searchBreaker();
    for (let failure = 0; failure < FAILURES; failure++) await became(breaker.run(request('fails')));
    await expect(breaker.run(request('answers'))).rejects.toMatchObject({ retryAfterSeconds: OPEN_MS / 1_000 });
  });
});
