import { Chance } from '../engine/chance.ts';
import { actBy } from './acts.ts';

/** One action of a sequence. It chooses by chance of its own: the others stay as they are when one is left out. */
export interface Step {
  readonly act: string;
  /** Which device does it. */
  readonly by: number;
  readonly dice: number;
  /** Milliseconds until the next begins, whether or not this one has ended. */
  readonly gap: number;
}

/** A sequence: who takes part, and what they do. */
export interface Plan {
  readonly seed: number;
  /** Devices of each user. */
  readonly devices: readonly number[];
  /** Whether users look at the first conversation from the start, or when they open it. */
  readonly looking: boolean;
  readonly steps: readonly Step[];
}

/** Milliseconds between two actions, at least and at most. */
const [SOON, LATER] = [1, 3_000];

/** The sequence of a seed, of about `length` actions. */
export function planOf(seed: number, length: number): Plan {
  const chance = new Chance(seed);
  const users = 2 + chance.below(2);
  const devices = Array.from({ length: users }, (_, user) => (user === 0 && chance.is(0.5) ? 2 : 1));
  const all = devices.reduce((sum, count) => sum + count, 0);
  const steps = Array.from({ length: Math.round(length * chance.between(0.5, 1.5)) }, () => ({
    act: actBy(chance),
    by: chance.below(all),
    dice: chance.bits(),
    gap: Math.round(chance.spread(SOON, LATER)),
  }));
  return { seed, devices, looking: chance.is(0.8), steps };
}

/** A sequence as text, action by action. */
export const textOf = ({ seed, devices, steps }: Plan): string =>
  [
    `seed ${seed}, devices of each user: ${devices.join()}`,
    ...steps.map(({ act, by, gap, dice }) => `  device ${by}: ${act} (${dice}), ${gap} ms`),
  ].join('\n');
