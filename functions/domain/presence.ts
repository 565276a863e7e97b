import { type Presence, WATCH_MINUTES } from '#contract/presence.ts';

/** Milliseconds for which a watch is written: half as long again, so that one that is said again soon costs no write. */
const LEASE_MS = 1.5 * WATCH_MINUTES * 60_000;

/** Until when (ms) a socket watches users, by their ids. */
export type Watched = Readonly<Record<string, number>>;

/** What a socket's new watch writes and takes away, and what it watches then. */
export interface WatchPlan {
  readonly write: readonly string[];
  readonly drop: readonly string[];
  readonly until: number;
  readonly after: Watched;
}

/** How a socket comes from what it watches to what it wants to watch: what lasts long enough stays as it is. */
export function planWatch(before: Watched, wanted: readonly string[], at: number): WatchPlan {
  const until = at + LEASE_MS;
  const lasts = (userId: string): boolean => (before[userId] ?? 0) >= at + WATCH_MINUTES * 60_000;
  const write = wanted.filter((userId) => !lasts(userId));
  return {
    write,
    // What has ended by itself is told to nobody, and TTL takes it away.
    drop: Object.keys(before).filter((userId) => !wanted.includes(userId) && before[userId]! > at),
    until,
    after: Object.fromEntries(wanted.map((userId) => [userId, lasts(userId) ? before[userId]! : until])),
  };
}

/** How a user is shown: `lastSeenAt` (ms) only where they are away and let others know. */
export const shownPresence = (
  {
    userId,
    online,
    lastSeenAt,
  }: { readonly userId: string; readonly online: boolean; readonly lastSeenAt: number | null },
  hidesLastSeen: boolean,
): Presence => ({
  userId,
  online,
  lastSeenAt: online || hidesLastSeen || lastSeenAt === null ? null : new Date(lastSeenAt).toISOString(),
});

/** How a user is shown to somebody who is to know nothing of them. */
export const unknownPresence = (userId: string): Presence => ({ userId, online: false, lastSeenAt: null });
