import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerCache, KEPT_MS } from '#searching/cache.ts';

const counting = () => {
  let calls = 0;
  return async () => ++calls;
};

describe('the memory of answers', () => {
  it('answers the same question from memory for a while, and another one never', async () => {
    const cache = answerCache<number>();
    const load = counting();
    expect(await cache.get('a', 0, load)).toBe(1);
    expect(await cache.get('a', KEPT_MS - 1, load)).toBe(1);
    expect(await cache.get('b', KEPT_MS - 1, load)).toBe(2);
    expect(await cache.get('a', KEPT_MS, load)).toBe(3);
  });

  it('keeps no failure', async () => {
    const cache = answerCache<number>();
    await expect(cache.get('a', 0, () => Promise.reject(new Error('busy')))).rejects.toThrow('busy');
    expect(await cache.get('a', 1, async () => 7)).toBe(7);
  });

  it('forgets first what was not asked for the longest', async () => {
    const cache = answerCache<number>({ most: 2 });
    const load = counting();
    for (const key of ['a', 'b', 'a', 'c']) await cache.get(key, 0, load);
    expect(await cache.get('a', 1, load)).toBe(1);
    expect(await cache.get('b', 1, load)).toBe(4);
  });

  it('gives back what was loaded for the very key, not before, and not for longer than it says', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 9 })), { maxLength: 60 }),
        async (asked) => {
          const cache = answerCache<{ key: string; at: number }>({ most: 3, keptMs: 10 });
          let at = 0;
          for (const [key, later] of asked) {
            at += later;
            const now = at;
            const answer = await cache.get(key, now, async () => ({ key, at: now }));
            expect(answer.key).toBe(key);
            expect(now - answer.at).toBeLessThan(10);
          }
        },
      ),
    ));
});
