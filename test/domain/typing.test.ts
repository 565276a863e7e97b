import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Passed, passOn, TYPING_MS } from '#domain/typing.ts';

const said = fc.array(fc.record({ active: fc.boolean(), after: fc.integer({ min: 0, max: 5_000 }) }), {
  maxLength: 60,
});

/** What of all that was passed on, with when. */
const passedOf = (words: readonly { readonly active: boolean; readonly after: number }[]) => {
  let last: Passed | undefined;
  let at = 1_000_000;
  return words.flatMap(({ active, after }) => {
    at += after;
    const now = passOn(last, active, at);
    last = now ?? last;
    return now ? [{ active, at }] : [];
  });
};

describe('what is passed on of somebody’s writing', () => {
  it('is one start in two seconds, and one end after each', () => {
    fc.assert(
      fc.property(said, (words) => {
        const passed = passedOf(words);
        const starts = passed.filter(({ active }) => active);
        for (const [index, { at }] of starts.slice(1).entries())
          expect(at - starts[index]!.at).toBeGreaterThanOrEqual(TYPING_MS);
        for (const [index, { active }] of passed.slice(1).entries()) expect(active || passed[index]!.active).toBe(true);
      }),
    );
  });

  it('is the end, always: nobody is shown as writing who said that they stopped', () => {
    fc.assert(
      fc.property(said, (words) => {
        const passed = passedOf(words);
        if (words.length > 0 && !words.at(-1)!.active) expect(passed.at(-1)).toMatchObject({ active: false });
      }),
    );
  });

  it('is an end whose start another function passed on', () => {
    expect(passOn(undefined, false, 5)).toEqual({ since: 5, active: false });
  });
});
