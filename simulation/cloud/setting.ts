import type { Chance } from '../engine/chance.ts';
import type { Clock } from '../engine/clock.ts';
import type { Faults } from './faults.ts';

/** Milliseconds that what an eventual read sees may be old. */
export const STALEST = 1_000;

/** What every part of a world has to do with. */
export interface Setting {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly faults: Faults;
  /** Counts one step between parts, and takes it into the trace. */
  readonly step: (kind: string, what: string) => void;
}
