import type { Event } from '#contract/events.ts';
import {
  apart,
  type Delivery,
  FEW_SOCKETS,
  INLINE_SOCKETS,
  type PackedFrame,
  packFrames,
  slicesOf,
} from '#domain/delivery.ts';
import { GATHER_SOCKETS } from '#domain/hot-room.ts';
import { queueStragglers } from '#gateways/stragglers.ts';
import { log } from '#runtime/log.ts';
import { count, measure } from '#runtime/metrics.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { type OpenSockets, openSocketsOf } from './open-sockets.ts';
import { inParallel } from './parallel.ts';
import { forget, type Handed, hand, type Parcel } from './post.ts';

/** Posts under way at once. */
const POSTS = 64;

/** What became of an announcement, counted in sockets; users whose sockets were not read count as one each. */
export interface Announcement {
  readonly pushed: number;
  /** Left to the fan-out function. */
  readonly queued: number;
  /** Closed long ago; their places are cleared. */
  readonly gone: number;
  /** Neither pushed nor queued. */
  readonly failed: number;
}

/** Some sockets were neither reached nor could they be left to the queue. The sender must not be told that all is well. */
export class NotAnnounced extends Error {
  readonly announcement: Announcement;

  constructor(announcement: Announcement, options?: ErrorOptions) {
    super(`${announcement.failed} sockets were neither posted to nor queued`, options);
    this.name = 'NotAnnounced';
    this.announcement = announcement;
  }
}

type Audience = readonly string[] | OpenSockets;

const isUsers = (audience: Audience): audience is readonly string[] => Array.isArray(audience);

/** What else is known of an announcement. */
export interface Manner {
  /** The room is hot: where there are many sockets, leave them to the fan-out function, which packs events together. */
  readonly gather?: boolean;
  /** When what is told was stored (ms): how long it took until it was posted is measured from then. */
  readonly committedAt?: number;
}

/** A socket that has not got all frames, only the first `sent`. */
type Waiting = Pick<Parcel, 'socket' | 'sent'>;

/** What the queue has to carry: to each waiting socket the frames it has not got, to unread users all of them. */
const stragglersOf = (
  tenant: TenantKey,
  conversationId: string | undefined,
  frames: readonly PackedFrame[],
  waiting: readonly Waiting[],
  unread: readonly string[],
  manner: Manner,
): Delivery[] =>
  frames.flatMap(({ events }, index) => {
    const sockets = waiting.filter(({ sent }) => sent <= index).map(({ socket }) => socket);
    const slices =
      waiting.length <= FEW_SOCKETS
        ? [...sockets.map(apart), ...slicesOf(conversationId, { sockets: [], users: unread })]
        : slicesOf(conversationId, { sockets, users: unread });
    return slices.map((slice) => ({ ...slice, ...manner, tenantId: tenantIdOf(tenant), events: [...events] }));
  });

const sizeOf = (deliveries: readonly Delivery[]): number =>
  new Set(
    deliveries.flatMap(({ sockets, users }) => [
      ...sockets.map(({ connectionId }) => `socket/${connectionId}`),
      ...users.map((user) => `user/${user}`),
    ]),
  ).size;

/**
 * Pushes events to every open socket of an audience: its users, or better what `openSocketsOf` has read of them beside
 * the commit. `conversationId` keeps the order of what has to be queued; without it the order is kept per user.
 *
 * Every socket is posted to or left to the fan-out function (a large audience and that of a hot room as a whole, else those that answer 429 or
 * 5xx, do not answer in time, or say 410 while young). Acknowledged means pushed or queued: only when a socket could be
 * neither, after the SDK's retries of the queue, does this raise `NotAnnounced`. The message is stored by then; its sender
 * gets a 500, and the retry with the same client id announces it again.
 */
export async function announce(
  tenant: TenantKey,
  audience: Promise<Audience> | Audience,
  conversationId: string | undefined,
  events: readonly Event[],
  { gather = false, committedAt }: Manner = {},
): Promise<Announcement> {
  const frames = packFrames(events);
  const found = await audience;
  const { sockets, unread } = isUsers(found) ? await openSocketsOf(tenant, found) : found;

  let handed: readonly Handed[] = [];
  let waiting: readonly Waiting[] = sockets.map((socket) => ({ socket, sent: 0 }));
  const gathers = gather && sockets.length > GATHER_SOCKETS;
  if (sockets.length <= INLINE_SOCKETS && !gathers) {
    handed = await inParallel(sockets, POSTS, (socket) => hand({ socket, frames, sent: 0 }));
    waiting = handed.filter(({ outcome }) => outcome === 'failing').map(({ parcel }) => parcel);
  }
  if (committedAt !== undefined && handed.some(({ outcome }) => outcome === 'delivered'))
    measure('pushLatency', Math.max(0, Date.now() - committedAt));
  const gone = handed.filter(({ outcome }) => outcome === 'gone').map(({ parcel }) => parcel.socket);
  const [{ refused, reason }] = await Promise.all([
    queueStragglers(
      stragglersOf(tenant, conversationId, frames, waiting, unread, {
        ...(gathers ? { gather: true } : {}),
        ...(committedAt === undefined ? {} : { committedAt }),
      }),
    ),
    forget(tenant, gone),
  ]);

  const failed = sizeOf(refused);
  const announcement = {
    pushed: handed.filter(({ outcome }) => outcome === 'delivered').length,
    queued: waiting.length + unread.length - failed,
    gone: gone.length,
    failed,
  };
  count('delivered', announcement.pushed);
  count('queued', announcement.queued);
  count('undelivered', failed);
  if (handed.length > 0 && waiting.length > 0)
    log.warn('announce.stragglers', { ...announcement, reason: handed.find(({ reason: why }) => why)?.reason });
  if (failed > 0) {
    log.error('announce.failed', reason, { ...announcement, tenant: tenantIdOf(tenant) });
    throw new NotAnnounced(announcement, { cause: reason });
  }
  return announcement;
}
