import type { ErrorCode } from '#contract/errors.ts';
import { Refusal } from './refusal.ts';

/** How often something may be done: `limit` times in `windowSeconds` for ever, and `burst` times at once. */
export interface Rate {
  readonly limit: number;
  readonly windowSeconds: number;
  readonly burst: number;
}

/** What is left of a rate, as its user is told. */
export interface Quota extends Rate {
  /** Times it may be done at once, now. */
  readonly remaining: number;
  /** Seconds until all of the burst is there again. */
  readonly resetSeconds: number;
  /** Seconds to wait before the next time; 0 while something remains. */
  readonly retryAfterSeconds: number;
}

const MICROS = 1_000_000;

/** Microseconds that doing it once costs. Rounded down: a rate is never refused for a fraction. */
export const stepOf = ({ limit, windowSeconds }: Rate): number => Math.floor((windowSeconds * MICROS) / limit);

/** A time in milliseconds as buckets count it: whole microseconds, so that sums are exact wherever they are made. */
export const microsOf = (ms: number): number => Math.round(ms * 1_000);

/** The latest theoretical arrival time with which it may still be done at `now` (both in microseconds). */
export const latestOf = (rate: Rate, now: number): number => now + (rate.burst - 1) * stepOf(rate);

/**
 * One step of the generic cell rate algorithm (ITU-T I.371, annex A): a bucket is one number, the theoretical arrival
 * time (microseconds) of the next one that keeps the pace exactly. Answers the bucket afterwards, or undefined when it
 * may not be done now and the bucket stays as it is. In any window it is done at most `limit + burst` times, and
 * whoever keeps to `limit` in every window is never refused where `burst` is at least `limit`.
 */
export function admit(rate: Rate, bucket: number | undefined, now: number): number | undefined {
  const due = Math.max(bucket ?? now, now);
  return due > latestOf(rate, now) ? undefined : due + stepOf(rate);
}

/** What a bucket leaves at `now`. */
export function quotaOf(rate: Rate, bucket: number, now: number): Quota {
  const step = stepOf(rate);
  const room = latestOf(rate, now) - Math.max(bucket, now);
  return {
    ...rate,
    remaining: Math.max(0, Math.floor(room / step) + 1),
    resetSeconds: Math.ceil(Math.max(0, bucket - now) / MICROS),
    retryAfterSeconds: room < 0 ? Math.ceil(-room / MICROS) : 0,
  };
}

/** The refusal of somebody who does it too often; it says when to try again. */
export class TooOften extends Refusal {
  readonly quota: Quota;

  constructor(code: ErrorCode, quota: Quota, details: Readonly<Record<string, unknown>> = {}) {
    super(code, { ...details, rateLimit: quota, retryAfterSeconds: quota.retryAfterSeconds });
    this.quota = quota;
  }
}
