import type { Event } from '#contract/events.ts';
import { INLINE_SOCKETS, packFrames } from '#domain/delivery.ts';
import { log } from '#runtime/log.ts';
import { count } from '#runtime/metrics.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { openSocketsOf } from './open-sockets.ts';
import { inParallel } from './parallel.ts';
import { hand } from './post.ts';

/** Posts under way at once. */
const POSTS = 64;

/**
 * Tells users' open sockets of something that is worth nothing later. Each is posted to once; who does not take it, and
 * whoever comes after the first 300 sockets, misses it. Nothing is queued and nothing is written, not even that a socket
 * is gone. Never raises.
 */
export async function tellNow(tenant: TenantKey, users: readonly string[], events: readonly Event[]): Promise<void> {
  try {
    const frames = packFrames(events);
    const { sockets } = await openSocketsOf(tenant, users);
    const handed = await inParallel(sockets.slice(0, INLINE_SOCKETS), POSTS, (socket) =>
      hand({ socket, frames, sent: 0 }),
    );
    count('delivered', handed.filter(({ outcome }) => outcome === 'delivered').length);
  } catch (error) {
    log.error('now.not_told', error, { tenant: tenantIdOf(tenant), type: events[0]?.type });
  }
}
