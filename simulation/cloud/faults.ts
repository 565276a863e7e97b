import type { Chance } from '../engine/chance.ts';

/** Everything that goes wrong on purpose, by name, and how often where it may happen (before a world's own factor). */
export const FAULTS = {
  'function killed before a call': 0.002,
  'function killed during a call': 0.003,
  'call slow': 0.01,
  'function stalls': 0.004,
  'call lost': 0.002,
  'reply of a call lost': 0.003,
  'table throttled': 0.004,
  'table conflict': 0.006,
  'table 500, nothing done': 0.003,
  'table 500, though done': 0.004,
  'keys unprocessed': 0.01,
  'stale read': 0.15,
  'post 429': 0.01,
  'post 500': 0.01,
  'post 500, though delivered': 0.01,
  'post slow': 0.02,
  'queue entry refused': 0.02,
  'queue 500, though taken': 0.01,
  'queue hides too short': 0.02,
  'queue batches shuffled': 0.3,
  'request lost': 0.006,
  'reply lost': 0.012,
  'socket closed': 0.002,
  'socket vanished': 0.002,
  'all sockets closed': 0.0004,
  'disconnect unheard': 0.3,
  'disconnect late': 0.2,
  'disconnect twice': 0.1,
  'clock off': 1,
} as const;

export type Fault = keyof typeof FAULTS;

/** How often each struck. */
export type Strikes = Partial<Record<Fault, number>>;

/** The faults of one world: some of all, each as often as this world has it; none once it is calm. */
export class Faults {
  readonly #chance: Chance;
  readonly #rates = new Map<Fault, number>();
  readonly struck: Strikes = {};
  calm = true;
  /** What goes wrong now and then even while it is calm. */
  still: Fault | undefined;

  constructor(chance: Chance) {
    this.#chance = chance;
    // One world in eight has none: then nothing may be missed even for a moment.
    const fair = chance.is(0.125);
    for (const fault of Object.keys(FAULTS) as Fault[])
      if (!fair && chance.is(0.6)) this.#rates.set(fault, Math.min(1, FAULTS[fault] * chance.spread(0.3, 4)));
  }

  /** Whether it happens here and now. */
  strike(fault: Fault): boolean {
    const rate = this.calm ? (fault === this.still ? 0.5 : undefined) : this.#rates.get(fault);
    if (rate === undefined || !this.#chance.is(rate)) return false;
    this.struck[fault] = (this.struck[fault] ?? 0) + 1;
    return true;
  }

  /** Whether this world knows it at all. */
  knows(fault: Fault): boolean {
    return this.#rates.has(fault);
  }
}
