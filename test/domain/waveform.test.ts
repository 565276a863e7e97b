import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Peaks, POINTS } from '#domain/waveform.ts';

const pointsOf = (...parts: readonly Int16Array[]): number[] => {
  const peaks = new Peaks();
  for (const part of parts) peaks.add(part);
  return [...peaks.points()];
};

const level = (sample: number): number => Math.round((Math.abs(sample) / 32_768) * 255);
const loudest = (samples: Iterable<number>): number => Math.max(0, ...[...samples].map(level));

describe('a waveform', () => {
  it('of nothing is silence', () => {
    expect(pointsOf()).toEqual(Array(POINTS).fill(0));
  });

  it('rises and falls with the sound, at whatever length', () => {
    for (const samples of [256, 4_096, 100_000, 1_000_000]) {
      const sound = Int16Array.from({ length: samples }, (_, at) => (at < samples / 2 ? 0 : -32_768));
      const points = pointsOf(sound);
      expect(points.slice(0, POINTS / 2 - 1)).toEqual(Array(POINTS / 2 - 1).fill(0));
      expect(points.slice(POINTS / 2 + 1)).toEqual(Array(POINTS / 2 - 1).fill(255));
    }
  });

  const sounds = fc.record({ length: fc.integer({ min: 1, max: 30_000 }), seed: fc.integer() });
  // Made where it is needed: a counterexample is a line, not thirty thousand numbers.
  const soundOf = ({ length, seed }: { length: number; seed: number }): Int16Array =>
    Int16Array.from({ length }, (_, at) => Math.imul(at + seed, 2_654_435_761) >> 16);

  it('does not depend on how the sound comes in', () => {
    fc.assert(
      fc.property(sounds, fc.array(fc.nat(30_000), { maxLength: 5 }), (recipe, cuts) => {
        const sound = soundOf(recipe);
        const at = [0, ...cuts.filter((cut) => cut < sound.length).sort((a, b) => a - b), sound.length];
        const parts = at.slice(1).map((end, index) => sound.subarray(at[index], end));
        expect(Buffer.from(pointsOf(...parts)).equals(Buffer.from(pointsOf(sound)))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('has in each point the loudest sample of its part, and nothing from further than a point away', () => {
    fc.assert(
      fc.property(sounds, (recipe) => {
        const sound = soundOf(recipe);
        const part = (point: number) => Math.floor((Math.max(0, point) * sound.length) / POINTS);
        for (const [point, found] of pointsOf(sound).entries()) {
          expect(found).toBeGreaterThanOrEqual(loudest(sound.subarray(part(point), part(point + 1))));
          expect(found).toBeLessThanOrEqual(loudest(sound.subarray(part(point - 1), part(point + 2) + 1)));
        }
      }),
      { numRuns: 30 },
    );
  });
});
