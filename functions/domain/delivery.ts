import * as z from 'zod';
import { Event } from '#contract/events.ts';
import { ConversationId, TenantId, UserId } from '#contract/ids.ts';
import { leanOf } from '#contract/lean.ts';
import { MAX_CONNECTION_HOURS, MAX_FRAME_BYTES } from '#contract/realtime.ts';

/** An open socket: whose it is and when it was registered (ms), by our clock. */
export const Socket = z.object({ userId: UserId, connectionId: z.string().min(1), since: z.number() });
export type Socket = z.output<typeof Socket>;

/** A socket younger than this (ms) may answer 410 because API Gateway has not seen `$connect` return yet. */
export const YOUNG_MS = 10_000;

/** Sockets that a send posts to itself; a larger audience goes through the queue. */
export const INLINE_SOCKETS = 300;

/** Failing sockets that each go on in a group of their own; when more fail together, it is not the sockets' fault. */
export const FEW_SOCKETS = 10;

/** Sockets (or users, whose sockets are not read yet) that one message of the queue is for. */
export const SLICE = 300;

/** Seconds after which the queue gives out again what failed: the first time, the second, the third, and from then on. */
const AGAIN_SECONDS = [2, 15, 60, 120] as const;

/** Seconds until a group that was received so often, and failed, is tried again. */
export const againAfterSeconds = (receives: number): number =>
  AGAIN_SECONDS[Math.min(Math.max(receives, 1), AGAIN_SECONDS.length) - 1]!;

/** True when API Gateway has closed the socket by itself. It was registered after it opened, so this is never early. */
export const isExpired = (since: number, at: number): boolean => at - since > MAX_CONNECTION_HOURS * 3_600_000;

/** True when a 410 from the socket says nothing yet. */
export const isYoung = (since: number, at: number): boolean => at - since < YOUNG_MS;

/**
 * What the queue of stragglers carries: events for sockets that are known and for users whose sockets are yet to be read.
 * Fields are only ever added: a message may be read by older code than wrote it.
 */
export const Delivery = z.object({
  tenantId: TenantId,
  /** Within which the queue keeps order: of a conversation's shard, a user or a socket. */
  group: z.string().min(1),
  sockets: z.array(Socket),
  users: z.array(UserId),
  /** None where the sockets are only to be closed. */
  events: z.array(Event),
  /** Close the sockets: their user was logged out, and no other trace of them is left. */
  close: z.boolean().optional(),
  /** The room is hot: hold the group for a moment, so that the next events gather. */
  gather: z.boolean().optional(),
  /** Tell how far a large conversation has got and read its last message, when this second (since 1970) is over. */
  receipts: z.object({ conversationId: ConversationId, second: z.int() }).optional(),
  /** Within its group the queue takes only one delivery with this text in five minutes. */
  once: z.string().optional(),
  /** When what the events tell was stored (ms). */
  committedAt: z.number().optional(),
});
export type Delivery = z.output<typeof Delivery>;

/** A frame as it is sent, and the events in it. */
export interface PackedFrame {
  readonly events: readonly Event[];
  readonly data: Uint8Array;
}

const utf8 = new TextEncoder();
const ENVELOPE = utf8.encode('{"events":[]}').length;

/** Whether an event fits a frame. One of a log that does not becomes a pointer; another has to be made smaller. */
export const fitsFrame = (event: Event): boolean =>
  ENVELOPE + utf8.encode(JSON.stringify(leanOf(event))).length <= MAX_FRAME_BYTES;

/** The event itself, or where to fetch it when it does not fit a frame. Only events of a log can be fetched. */
const fitting = (event: Event): { event: Event; json: string; bytes: number } => {
  const json = JSON.stringify(leanOf(event));
  const bytes = utf8.encode(json).length;
  if (ENVELOPE + bytes <= MAX_FRAME_BYTES) return { event, json, bytes };
  if (!('seq' in event) || event.seq === undefined)
    throw new RangeError(`an event ${event.type} of ${bytes} bytes fits no frame and has no number`);
  return fitting({ type: 'sync:pointer', conversationId: event.conversationId, seq: event.seq });
};

/** Events in order, in as few frames of at most 32 KB as their order allows. One that fits no frame becomes a pointer. */
export function packFrames(events: readonly Event[]): PackedFrame[] {
  const frames: PackedFrame[] = [];
  let open: { event: Event; json: string; bytes: number }[] = [];
  let size = ENVELOPE;
  const close = () => {
    if (open.length === 0) return;
    const data = utf8.encode(`{"events":[${open.map(({ json }) => json).join(',')}]}`);
    frames.push({ events: open.map(({ event }) => event), data });
    open = [];
    size = ENVELOPE;
  };
  for (const next of events.map(fitting)) {
    const comma = open.length > 0 ? 1 : 0;
    if (size + comma + next.bytes > MAX_FRAME_BYTES) close();
    size += next.bytes + (open.length > 0 ? 1 : 0);
    open.push(next);
  }
  close();
  return frames;
}

/** FNV-1a: which of `shards` a user belongs to, the same on every machine. */
const shardOf = (userId: string, shards: number): number => {
  let hash = 0x811c9dc5;
  for (const byte of utf8.encode(userId)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % shards;
};

/** A part of an audience, and the group in which it keeps its order. */
export type Slice = Pick<Delivery, 'group' | 'sockets' | 'users'>;

/** A socket in a group of its own, where it holds up nobody else. */
export const apart = (socket: Socket): Slice => ({
  group: `socket/${socket.connectionId}`,
  sockets: [socket],
  users: [],
});

/** Receives of a socket's own group after which it is given up: it has failed for four minutes then. */
export const GIVE_UP_RECEIVES = 3;

/**
 * What a socket that was given up is told, in a group that holds nothing else. The first time the queue takes it once,
 * however many of its groups are given up; `again` when it was not taken.
 */
export const required = (tenantId: string, socket: Socket, again: boolean): Delivery => ({
  tenantId,
  group: `required/${socket.connectionId}`,
  sockets: [socket],
  users: [],
  events: [{ type: 'sync:required' }],
  ...(again ? {} : { once: socket.connectionId }),
});

/** True for what `required` made. */
export const isRequired = ({ events }: Pick<Delivery, 'events'>): boolean =>
  events.length === 1 && events[0]?.type === 'sync:required';

/** True when a group holds what is for one socket alone. */
export const isOwn = ({ group }: Pick<Delivery, 'group'>): boolean => /^(?:socket|required)\//.test(group);

/**
 * An audience in slices for the queue. A user stays in the same group while the audience keeps its order of magnitude
 * (their number is a power of two), so that a conversation's events reach a socket in order while slices run in parallel.
 * What belongs to no conversation keeps its order per user.
 */
export function slicesOf(
  conversationId: string | undefined,
  audience: { readonly sockets: readonly Socket[]; readonly users: readonly string[] },
): Slice[] {
  const count = audience.sockets.length + audience.users.length;
  const shards = 2 ** Math.ceil(Math.log2(Math.max(1, count / SLICE)));
  const groupOf = (userId: string): string =>
    conversationId === undefined ? `user/${userId}` : `${conversationId}/${shardOf(userId, shards)}`;
  const sockets = Map.groupBy(audience.sockets, ({ userId }) => groupOf(userId));
  const users = Map.groupBy(audience.users, groupOf);
  const slices: Slice[] = [];
  for (const group of new Set([...sockets.keys(), ...users.keys()])) {
    const open = sockets.get(group) ?? [];
    const unread = users.get(group) ?? [];
    // Hashing is uneven: a shard above the bound becomes several messages of the same group.
    for (let from = 0; from < Math.max(open.length, unread.length); from += SLICE)
      slices.push({ group, sockets: open.slice(from, from + SLICE), users: unread.slice(from, from + SLICE) });
  }
  return slices;
}
