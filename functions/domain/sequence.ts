import { timeOfKey } from './client-id.ts';

/**
 * The numbers that the rules of the log stand on (see docs/adr/0005). Times in milliseconds.
 */
export interface Limits {
  /** Client ids a generation holds before it is dropped for the next. */
  readonly generation: number;
  /** Ids beyond a full generation after which the next writer tries what the one before should have done. */
  readonly nextTry: number;
  /** How far ahead of a function's clock a client id may be. */
  readonly future: number;
  /** How far two functions' clocks may be apart. */
  readonly skew: number;
  /** Longest time between a function's look at its clock and the number it takes: above a function's timeout. */
  readonly hold: number;
  /** Age from which a hole is given a void. */
  readonly holeAge: number;
  /** Log entries a look-back reads at most. */
  readonly lookBack: number;
}

export const LIMITS: Limits = {
  generation: 12,
  nextTry: 4,
  future: 1_000,
  skew: 1_000,
  hold: 60_000,
  holeAge: 5_000,
  lookBack: 5_000,
};

/** The part of a head that the sequencer works on. */
export interface Sequencer {
  readonly seq: number;
  readonly recent: Readonly<Record<string, number>>;
  readonly older: Readonly<Record<string, number>>;
  readonly generation: number;
  readonly floor: number;
}

/** Where the head remembers a client id: its generation and number; undefined when in neither. */
export function placeOf(head: Sequencer, key: string): { generation: 'recent' | 'older'; seq: number } | undefined {
  const recent = head.recent[key];
  if (recent !== undefined) return { generation: 'recent', seq: recent };
  const older = head.older[key];
  return older === undefined ? undefined : { generation: 'older', seq: older };
}

/**
 * True for the writer that should make the generation being filled the older one: the one that filled it, and one now and then
 * after that in case it could not. Were it every writer, those of a busy room would all do it at once.
 */
export const isDue = (head: Sequencer, limits: Limits): boolean => {
  const beyond = Object.keys(head.recent).length - limits.generation;
  return beyond >= 0 && beyond % limits.nextTry === 0;
};

/** True when `recent` has grown so far past full that holes are no longer waited for. */
export const isOverfull = (head: Sequencer, limits: Limits): boolean =>
  Object.keys(head.recent).length >= 4 * limits.generation;

/** The floor after the older generation is dropped: the greatest time of any id ever forgotten. */
export const floorAfterDrop = (head: Sequencer): number =>
  Object.keys(head.older).reduce((floor, key) => Math.max(floor, timeOfKey(key)), head.floor);

/**
 * Entries written before this time (by their writer's clock) cannot be followed by an earlier-numbered one that holds
 * an id of time `tau`: it was taken no earlier than `tau - future`, and at most `hold` after its writer's look at a
 * clock that is at most `skew` off.
 */
export const lookBackHorizon = (tau: number, limits: Limits): number => tau - limits.future - limits.skew - limits.hold;
