import type { Event } from '#contract/events.ts';
import type { Presence } from '#contract/presence.ts';
import { packFrames } from '#domain/delivery.ts';
import { postFrame } from '#gateways/sockets.ts';
import { log } from '#runtime/log.ts';
import { blockedAmong } from '#table/block.ts';
import { socketsOf } from '#table/connection.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { presencesFor, presencesOf } from '#table/presence.ts';
import { type SocketOf, watchersOf } from '#table/watch.ts';
import { inParallel } from './parallel.ts';

/** Sockets that are told of one user; whoever watches beside them is told when they say again that they watch. */
const MOST_TOLD = 1_000;
/** Posts under way at once. */
const POSTS = 64;
/** Times that what was told has to be corrected before it is left to whoever changed it last. */
const ROUNDS = 8;

const eventsOf = (presences: readonly Presence[]): Event[] =>
  presences.map((presence) => ({ type: 'presence', ...presence }));

/**
 * Tells how users are until what was told is what is there. Several functions may tell the same socket of the same user at
 * once, in any order: whoever told last has looked after telling, and a change after that look is told by whoever made it.
 */
async function tellUntilTrue(
  look: () => Promise<readonly Presence[]>,
  tell: (events: readonly Event[]) => Promise<void>,
): Promise<void> {
  const told = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round++) {
    const changed = (await look()).filter((presence) => told.get(presence.userId) !== JSON.stringify(presence));
    if (changed.length === 0) return;
    await tell(eventsOf(changed));
    for (const presence of changed) told.set(presence.userId, JSON.stringify(presence));
  }
  log.warn('presence.unsettled');
}

const post = async (connectionIds: readonly string[], events: readonly Event[]): Promise<void> => {
  const frames = packFrames(events);
  await inParallel(connectionIds, POSTS, async (connectionId) => {
    for (const { data } of frames) if ((await postFrame(connectionId, data)).outcome !== 'delivered') return;
  });
};

/** Of these sockets the ones that are open, are to be sent something, and whose users may know of this one. */
const listening = async (tenant: TenantKey, userId: string, watchers: readonly SocketOf[]): Promise<string[]> => {
  const users = [...new Set(watchers.map((watcher) => watcher.userId))];
  const [open, blocked] = await Promise.all([
    socketsOf(tenant, users, Date.now()),
    blockedAmong(tenant, userId, users),
  ]);
  const watching = new Set(watchers.map(({ connectionId }) => connectionId));
  return open
    .filter((socket) => watching.has(socket.connectionId) && !blocked.has(socket.userId))
    .map(({ connectionId }) => connectionId);
};

/**
 * Tells the sockets that watch a user how the user is now; call it when their first socket has opened or their last one
 * ended. Costs one read unit when nobody watches. Never raises, and queues nothing: who misses it is told when they say
 * again that they watch.
 */
export async function tellPresence(tenant: TenantKey, userId: string): Promise<void> {
  try {
    const watchers = await watchersOf(tenant, userId, Date.now(), MOST_TOLD);
    if (watchers.length === 0) return;
    const connectionIds = await listening(tenant, userId, watchers);
    if (connectionIds.length === 0) return;
    await tellUntilTrue(
      () => presencesOf(tenant, [userId], Date.now()),
      (events) => post(connectionIds, events),
    );
  } catch (error) {
    log.error('presence.not_told', error, { tenant: tenantIdOf(tenant), user: userId });
  }
}

/** Tells a socket how the users are that it watches; call it when it is written that it does. */
export async function showPresence(tenant: TenantKey, socket: SocketOf, userIds: readonly string[]): Promise<void> {
  const look = await presencesFor(tenant, socket.userId, userIds);
  await tellUntilTrue(
    () => look(Date.now()),
    (events) => post([socket.connectionId], events),
  );
}
