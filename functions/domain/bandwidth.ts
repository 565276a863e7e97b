import { microsOf, type Quota, TooOften } from './rate-limit.ts';

/** Bytes that may be fetched in a day (UTC), and in any minute; null: no limit. */
export interface Budget {
  readonly bytesPerDay: number | null;
  readonly bytesPerMinute: number | null;
}

/** What was spent on a day. */
export interface Account {
  /** Bytes of the day. */
  readonly bytes: number;
  /** When all that was spent has been paid off at the pace of the rate (microseconds since 1970); undefined: nothing was. */
  readonly paid: number | undefined;
}

const MINUTE = 60;
const DAY = 86_400;
const MICROS = 1_000_000;

/** The day (UTC) of a moment in milliseconds: `2026-11-21`. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** When the day of `at` ends (both ms). */
const dayEnd = (at: number): number => (Math.floor(at / (DAY * 1_000)) + 1) * DAY * 1_000;

/** Microseconds that bytes take at the pace of a rate, rounded up: the rate is never exceeded for a fraction. */
export const pace = (bytesPerMinute: number, bytes: number): number =>
  Math.ceil((bytes * MINUTE * MICROS) / bytesPerMinute);

/** A charge as a condition on an account: both must hold. */
export interface Charge {
  readonly bytes: number;
  /** Bytes that the day may have had before; undefined: any. */
  readonly mostBytes: number | undefined;
  /** What it takes at the pace, and the latest `paid` with which it may be made (microseconds); undefined: any. */
  readonly rate: { readonly takes: number; readonly now: number; readonly latestPaid: number } | undefined;
}

/**
 * What charging `bytes` at `at` (ms) asks of an account. A minute's worth may come at once. What is larger than that is let
 * through when nothing is left to be paid off, and then nothing else until it is.
 */
export function chargeOf({ bytesPerDay, bytesPerMinute }: Budget, bytes: number, at: number): Charge {
  const now = microsOf(at);
  const takes = bytesPerMinute === null ? 0 : pace(bytesPerMinute, bytes);
  return {
    bytes,
    mostBytes: bytesPerDay === null ? undefined : bytesPerDay - bytes,
    rate:
      bytesPerMinute === null
        ? undefined
        : { takes, now, latestPaid: now + MINUTE * MICROS - Math.min(takes, MINUTE * MICROS) },
  };
}

/** The account after a charge; undefined when it may not be made, and the account stays as it is. */
export function charged(account: Account, { bytes, mostBytes, rate }: Charge): Account | undefined {
  const { paid } = account;
  if (mostBytes !== undefined && account.bytes > mostBytes) return undefined;
  if (rate && paid !== undefined && paid > rate.latestPaid) return undefined;
  return { bytes: account.bytes + bytes, paid: rate ? Math.max(paid ?? rate.now, rate.now) + rate.takes : paid };
}

/** What an account leaves of a budget at `at`: of the day, or of the minute where that is less or there is no other. */
export function quotaOf({ bytesPerDay, bytesPerMinute }: Budget, account: Account, at: number): Quota | undefined {
  const behind = Math.max(0, (account.paid ?? 0) - microsOf(at));
  const ofDay: Quota | undefined =
    bytesPerDay === null
      ? undefined
      : {
          limit: bytesPerDay,
          windowSeconds: DAY,
          burst: bytesPerDay,
          remaining: Math.max(0, bytesPerDay - account.bytes),
          resetSeconds: Math.ceil((dayEnd(at) - at) / 1_000),
          retryAfterSeconds: 0,
        };
  const ofMinute: Quota | undefined =
    bytesPerMinute === null
      ? undefined
      : {
          limit: bytesPerMinute,
          windowSeconds: MINUTE,
          burst: bytesPerMinute,
          remaining: Math.max(0, bytesPerMinute - Math.ceil((behind * bytesPerMinute) / (MINUTE * MICROS))),
          resetSeconds: Math.ceil(behind / MICROS),
          retryAfterSeconds: 0,
        };
  return ofDay && ofMinute ? (ofMinute.remaining < ofDay.remaining ? ofMinute : ofDay) : (ofDay ?? ofMinute);
}

/** Whose budget it is. */
export type Whose = 'user' | 'tenant';

/** The refusal of a charge that `account` does not bear: which limit, whose, and when to come back. */
export function bandwidthExceeded(
  whose: Whose,
  budget: Budget,
  account: Account,
  charge: Charge,
  at: number,
): TooOften {
  const overDay = charge.mostBytes !== undefined && account.bytes > charge.mostBytes;
  const { bytesPerDay, bytesPerMinute } = budget;
  const quota = quotaOf(
    overDay ? { bytesPerDay, bytesPerMinute: null } : { bytesPerDay: null, bytesPerMinute },
    account,
    at,
  );
  if (!quota) throw new Error('a charge was refused without a limit');
  const wait = overDay
    ? quota.resetSeconds
    : Math.ceil(((account.paid ?? 0) - (charge.rate?.latestPaid ?? 0)) / MICROS);
  return new TooOften(
    'media.bandwidth_exceeded',
    { ...quota, retryAfterSeconds: Math.max(1, wait) },
    { of: whose, bytes: charge.bytes, resetsAt: new Date(at + Math.max(1, wait) * 1_000).toISOString() },
  );
}
