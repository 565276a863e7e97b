import { Refusal } from './refusal.ts';

/** Messages that a conversation may have pinned at once. */
export const MOST_PINS = 50;

/**
 * A pin: `m` the number of the message, `n` the number of the change that pinned it, `u` who did, `a` when (ms). It holds
 * as long as the message says `n` of itself: deleting a message takes that away, and restoring does not bring it back.
 */
export interface Pin {
  readonly m: number;
  readonly n: number;
  readonly u: string;
  readonly a: number;
}

/**
 * The pins of a conversation in their order. `version` is the number of their last change, 0 before the first: pins change
 * in the order of the log, so that whoever applies its events in that order ends with these pins.
 */
export interface Pins {
  readonly version: number;
  readonly pins: readonly Pin[];
}

/**
 * The pins with a new one in front; an older pin of the same message goes. All of `pins` must hold. Refuses with
 * `pin.too_many` what would be one too many.
 */
export function pinned(pins: readonly Pin[], pin: Pin): Pin[] | Refusal {
  const others = pins.filter(({ m }) => m !== pin.m);
  return others.length >= MOST_PINS ? new Refusal('pin.too_many', { most: MOST_PINS }) : [pin, ...others];
}

/** The pins without those of a message. */
export const unpinned = (pins: readonly Pin[], message: number): Pin[] => pins.filter(({ m }) => m !== message);

/** The pins of these messages first, in this order; the others follow as they were. Refuses with `pin.not_found`. */
export function reordered(pins: readonly Pin[], messages: readonly number[]): Pin[] | Refusal {
  const first = [...new Set(messages)].map((message) => pins.find(({ m }) => m === message));
  const known = first.filter((pin) => pin !== undefined);
  if (known.length < first.length) return new Refusal('pin.not_found');
  return [...known, ...pins.filter((pin) => !known.includes(pin))];
}
