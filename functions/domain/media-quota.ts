/** Limits of media, for one user or for a whole tenant; null: none. Bytes, and uploads that have not ended. */
export interface MediaLimits {
  readonly bytes: number | null;
  readonly bytesPerDay: number | null;
  readonly pending: number | null;
}

export const UNLIMITED: MediaLimits = { bytes: null, bytesPerDay: null, pending: null };

/**
 * What is counted. `held` is reserved and used together, because one condition has to look at both. A day is counted in
 * hours: `day` is the sum of `hours`, of `hour` (hours since 1970) and the 24 before it, all of them in full, so that no 24 hours ever
 * hold more than was allowed.
 */
export interface Counter {
  readonly held: number;
  readonly used: number;
  readonly pending: number;
  readonly hour: number;
  readonly day: number;
  readonly hours: Readonly<Record<string, number>>;
}

/** Hours before the present one that count. */
export const DAY_HOURS = 24;

const HOUR_MS = 3_600_000;

/** The hour of a time in milliseconds. */
export const hourOf = (at: number): number => Math.floor(at / HOUR_MS);

/** A counter of nothing. */
export const emptyCounter = (hour: number): Counter => ({ held: 0, used: 0, pending: 0, hour, day: 0, hours: {} });

/** Hours that count no more at `hour`. */
export const pastHours = ({ hours }: Counter, hour: number): string[] =>
  Object.keys(hours).filter((each) => Number(each) < hour - DAY_HOURS);

/** The counter at a later hour. It never goes back: the clocks of two functions may differ. */
export function atHour(counter: Counter, hour: number): Counter {
  if (hour <= counter.hour) return counter;
  const past = pastHours(counter, hour);
  const hours = Object.fromEntries(Object.entries(counter.hours).filter(([each]) => !past.includes(each)));
  return { ...counter, hour, hours, day: counter.day - past.reduce((sum, each) => sum + counter.hours[each]!, 0) };
}

/** Why bytes are not reserved. */
export interface Excess {
  readonly of: 'bytes' | 'day' | 'pending';
  readonly limit: number;
  /** When there will be room again, ms; undefined when waiting alone does not help. */
  readonly resetsAt?: number;
}

/** When the day has room for so many bytes more. */
function roomAt({ day, hours }: Counter, bytes: number, limit: number): number | undefined {
  let left = day;
  for (const [hour, inIt] of Object.entries(hours).sort(([a], [b]) => Number(a) - Number(b))) {
    left -= inIt;
    if (left + bytes <= limit) return (Number(hour) + DAY_HOURS + 1) * HOUR_MS;
  }
  return undefined;
}

/** Why so many bytes more are not reserved; undefined when they may be. */
export function excessOf(counter: Counter, bytes: number, limits: MediaLimits): Excess | undefined {
  if (limits.pending !== null && counter.pending + 1 > limits.pending) return { of: 'pending', limit: limits.pending };
  if (limits.bytes !== null && counter.held + bytes > limits.bytes) return { of: 'bytes', limit: limits.bytes };
  if (limits.bytesPerDay === null || counter.day + bytes <= limits.bytesPerDay) return undefined;
  const resetsAt = roomAt(counter, bytes, limits.bytesPerDay);
  return { of: 'day', limit: limits.bytesPerDay, ...(resetsAt === undefined ? {} : { resetsAt }) };
}

/** How a counter changes. `day` belongs to the hour in which the bytes were reserved. */
export interface Step {
  readonly held: number;
  readonly used: number;
  readonly pending: number;
  readonly day: number;
}

/** An upload is asked for. */
export const reserved = (bytes: number): Step => ({ held: bytes, used: 0, pending: 1, day: bytes });

/**
 * An upload ends. What is ready is used from now on. What arrived and was rejected was carried and counts for the day; what
 * never came does not.
 */
export const settled = (bytes: number, end: 'ready' | 'rejected' | 'quarantined' | 'expired'): Step => ({
  held: end === 'ready' ? 0 : -bytes,
  used: end === 'ready' ? bytes : 0,
  pending: -1,
  day: end === 'expired' ? -bytes : 0,
});

/** A media that was ready is removed. */
export const forgotten = (bytes: number): Step => ({ held: -bytes, used: -bytes, pending: 0, day: 0 });

/** The counter after a step whose bytes belong to `hour`. An hour that counts no more keeps nothing. */
export function stepped(counter: Counter, step: Step, hour: number): Counter {
  const { held, used, pending } = counter;
  const after = { ...counter, held: held + step.held, used: used + step.used, pending: pending + step.pending };
  if (step.day === 0 || hour < counter.hour - DAY_HOURS) return after;
  return {
    ...after,
    day: counter.day + step.day,
    hours: { ...counter.hours, [hour]: (counter.hours[hour] ?? 0) + step.day },
  };
}
