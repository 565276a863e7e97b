import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marked } from '#domain/search/marked.ts';
import { isNear, matchName, runsOf } from '#domain/search/name-match.ts';

const rankOf = (name: string, q: string) => matchName(name, runsOf(q))?.rank;
const markedIn = (name: string, q: string) => {
  const found = matchName(name, runsOf(q));
  return found && marked(name, found.offsets);
};

describe('a name', () => {
  it.each([
    ['Ada Lovelace', 'ADA lovelace', 0],
    ['Ada Lovelace', 'lovelace ada', 0],
    ['Ada Lovelace', 'lovelace', 1],
    ['Ada Lovelace', 'lo', 2],
    ['Ada Lovelace', 'a l', 2],
    ['José Núñez', 'jose', 3],
    ['José Núñez', 'nun', 3],
    ['Ada Lovelace', 'lovelcae', 4],
    ['Ada Lovelace', 'Adda Lovelace', 4],
    ['Ada Lovelace', 'elace', undefined],
    ['Ada Lovelace', 'ada bob', undefined],
    ['Ada Lovelace', 'ad x', undefined],
    // Scripts without spaces: any part, as it stands there.
    ['東京エンジン部', '京エン', 1],
    ['東京エンジン部', 'エン', 1],
    ['東京エンジン部', '京東', undefined],
    ['김철수', '철수', 1],
    ['สมชาย', 'ชาย', 1],
    ['Ада Лавлейс', 'лав', 2],
    ['Release 🚀 room', '🚀', 1],
    ['Ada', '', undefined],
  ])('%s is found by %s: %s', (name, q, rank) => {
    expect(rankOf(name, q)).toBe(rank);
  });

  it('shows what was found of it, and nothing of it is markup', () => {
    expect(markedIn('Ada Lovelace', 'lo')).toBe('Ada <mark>Lovelace</mark>');
    expect(markedIn('東京エンジン部', '京エン')).toBe('東<mark>京エン</mark>ジン部');
    expect(markedIn('<b>Ada</b> & "Co"', 'ada')).toBe('&lt;b&gt;<mark>Ada</mark>&lt;/b&gt; &amp; &quot;Co&quot;');
  });

  it('is found by itself and by how it begins, and its marks are places of it', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(name, fc.nat(30), (text, cut) => {
        const whole = matchName(text, runsOf(text));
        if (runsOf(text).length === 0) {
          expect(whole).toBeUndefined();
          return;
        }
        expect(whole?.rank).toBe(0);
        const begun = text.slice(0, cut);
        const found = matchName(text, runsOf(begun));
        for (const { offsets } of [whole!, ...(found ? [found] : [])]) {
          let at = 0;
          for (const [start, end] of offsets) {
            expect(start).toBeGreaterThanOrEqual(at);
            expect(end).toBeGreaterThan(start);
            at = end;
          }
          expect(at).toBeLessThanOrEqual(text.length);
        }
        const html = marked(text, whole!.offsets);
        expect(html.replaceAll(/<\/?mark>/g, '')).not.toMatch(/[<>"']/);
      }),
      { numRuns: 500 },
    );
  });

  it('differs in as many letters as a plain count of steps says', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, (one, other) => {
        const steps = plainDistance(one, other);
        for (const most of [0, 1, 2]) expect(isNear(one, other, most)).toBe(steps <= most);
      }),
      { numRuns: 500 },
    );
  });
});

/** Optimal string alignment as it is defined. */
function plainDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  const steps = [
    plainDistance(restA, b) + 1,
    plainDistance(a, restB) + 1,
    plainDistance(restA, restB) + (a[0] === b[0] ? 0 : 1),
  ];
  if (a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0])
    steps.push(plainDistance(a.slice(2), b.slice(2)) + 1);
  return Math.min(...steps);
}
