import { describe, expect, it } from 'vitest';
import { planOf, textOf } from '#simulation/equal/plan.ts';
import { play } from '#simulation/equal/play.ts';
import { Tally } from '#simulation/equal/tally.ts';
import { someTenant } from '#test/support/deployed.ts';
import { deployedGround } from '#test/support/deployed-ground.ts';

/** Sequences, actions of one about, and sequences at once; more in `npm run test:long`. */
const [SEQUENCES, ACTIONS, AT_ONCE] = [Number(process.env['PARLEY_SEQUENCES'] ?? 50), 5, 8];

describe('I4, end to end', () => {
  it('after any sequence every device shows what one that has just started shows, byte for byte', {
    timeout: 30 * 60_000,
  }, async () => {
    const tally = new Tally();
    let next = 1;
    const some = async (): Promise<void> => {
      while (next <= SEQUENCES) {
        const plan = planOf(next++, ACTIONS);
        await play(deployedGround(someTenant()), plan, tally).catch((error: unknown) => {
          throw new Error(`${(error as Error).message}\n${textOf(plan)}`, { cause: error });
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, some));
    expect(tally.undocumented).toBeUndefined();
    expect(tally.counts['message:created']).toBeGreaterThan(SEQUENCES);
  });
});
