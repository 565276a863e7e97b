import type { Presence } from '#contract/presence.ts';
import { shownPresence, unknownPresence } from '#domain/presence.ts';
import { blockedAmong } from './block.ts';
import { presenceOf } from './connection.ts';
import type { TenantKey } from './entity.ts';
import { hidingLastSeen } from './user.ts';

/** How users are at `at` (ms), one for each, as far as they let others know; what was written before this reads is in it. */
export async function presencesOf(tenant: TenantKey, userIds: readonly string[], at: number): Promise<Presence[]> {
  const found = await presenceOf(tenant, userIds, at, { consistent: true });
  const away = found.filter(({ lastSeenAt }) => lastSeenAt !== null).map(({ userId }) => userId);
  const hiding = away.length > 0 ? await hidingLastSeen(tenant, away) : new Set<string>();
  return found.map((presence) => shownPresence(presence, hiding.has(presence.userId)));
}

/** The same as one of them sees it, again and again: who has blocked the other is asked once. */
export async function presencesFor(
  tenant: TenantKey,
  viewer: string,
  userIds: readonly string[],
): Promise<(at: number) => Promise<Presence[]>> {
  const blocked = await blockedAmong(tenant, viewer, userIds);
  const visible = userIds.filter((userId) => !blocked.has(userId));
  return async (at) => {
    const shown = new Map((await presencesOf(tenant, visible, at)).map((presence) => [presence.userId, presence]));
    return userIds.map((userId) => shown.get(userId) ?? unknownPresence(userId));
  };
}
