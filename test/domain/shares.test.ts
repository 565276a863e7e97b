import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sharesOf } from '#domain/shares.ts';

const wants = fc.array(fc.nat(600), { minLength: 1, maxLength: 200 });

it('shares give what is wanted as far as it goes, nobody more than they want, and nobody less than another who got as much as they wanted less', () => {
  fc.assert(
    fc.property(wants, fc.integer({ min: 200, max: 500 }), (wanted, total) => {
      const shares = sharesOf(wanted, total);
      const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
      const missing = wanted.filter((want, index) => shares[index]! < want).length;
      shares.forEach((share, index) => {
        expect(share).toBeLessThanOrEqual(wanted[index]!);
        if (wanted[index]! > 0) expect(share).toBeGreaterThan(0);
      });
      // What is not given away is less than one each for those who wanted more.
      if (missing === 0) expect(sum(shares)).toBe(sum(wanted));
      else expect(sum(shares)).toBeGreaterThan(total - missing);
      const least = Math.min(...shares.filter((share, index) => share < wanted[index]!));
      expect(Math.max(0, ...shares)).toBeLessThanOrEqual(least + 1);
    }),
  );
});
