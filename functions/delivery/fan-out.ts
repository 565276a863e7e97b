import { setTimeout as pause } from 'node:timers/promises';
import type { Event } from '#contract/events.ts';
import {
  apart,
  type Delivery,
  FEW_SOCKETS,
  GIVE_UP_RECEIVES,
  isExpired,
  isOwn,
  type PackedFrame,
  packFrames,
  type Socket,
} from '#domain/delivery.ts';
import { queueStragglers } from '#gateways/stragglers.ts';
import { log } from '#runtime/log.ts';
import { measure } from '#runtime/metrics.ts';
import { socketsOf } from '#table/connection.ts';
import { scope, type TenantKey, tenantIdOf } from '#table/entity.ts';
import { closeAll } from './close.ts';
import { giveUp } from './give-up.ts';
import { inParallel } from './parallel.ts';
import { forget, type Handed, hand, type Parcel } from './post.ts';
import { tellReceipts } from './tell-receipts.ts';

/** Posts under way at once, over all groups of a batch. */
const POSTS = 64;
/** Milliseconds to wait before each further try, at most; the lower half is fixed, the rest is chance. */
const PAUSES: readonly number[] = [200, 600, 1_800];
/** Milliseconds after which no further try begins, so that the function ends before it is ended. */
const PATIENCE = 10_000;

/** Deliveries of one group in the queue's order. They are one tenant's: the group is named after it. */
export interface Group {
  readonly deliveries: readonly Delivery[];
  /** How often the first of them was received. */
  readonly receives: number;
}

/** How a group fared, in sockets. `failed` means that the group's messages have to come back. */
export interface GroupResult {
  readonly failed: boolean;
  readonly pushed: number;
  readonly gone: number;
  /** Put into groups of their own, so that they hold up nobody else. */
  readonly apart: number;
  readonly reason?: string;
}

/** Each socket once, with the events of all deliveries that name it or its user, in order. */
async function parcelsOf(tenant: TenantKey, deliveries: readonly Delivery[]): Promise<Parcel[]> {
  const at = Date.now();
  const users = [...new Set(deliveries.flatMap((delivery) => delivery.users))];
  const read = Map.groupBy(users.length > 0 ? await socketsOf(tenant, users, at) : [], ({ userId }) => userId);
  const wanted = new Map<string, { socket: Socket; indexes: Set<number> }>();
  for (const [index, delivery] of deliveries.entries())
    for (const socket of [...delivery.sockets, ...delivery.users.flatMap((user) => read.get(user) ?? [])]) {
      if (isExpired(socket.since, at)) continue;
      const known = wanted.get(socket.connectionId) ?? { socket, indexes: new Set() };
      known.indexes.add(index);
      wanted.set(socket.connectionId, known);
    }
  // Nearly all sockets of a group want the same events: each combination is encoded once.
  const packed = new Map<string, PackedFrame[]>();
  return [...wanted.values()].map(({ socket, indexes }) => {
    const combination = [...indexes].join();
    const events = (): Event[] => [...indexes].flatMap((index) => deliveries[index]!.events);
    const frames = packed.get(combination) ?? packFrames(events());
    packed.set(combination, frames);
    return { socket, frames, sent: 0 };
  });
}

/** Posts with further tries for what fails. */
async function handAll(parcels: readonly Parcel[], bound: number, pauses: readonly number[]): Promise<Handed[]> {
  const started = Date.now();
  const done: Handed[] = [];
  let open = parcels;
  for (let round = 0; ; round++) {
    const handed = await inParallel(open, bound, hand);
    const failing = handed.filter(({ outcome }) => outcome === 'failing');
    done.push(...handed.filter(({ outcome }) => outcome !== 'failing'));
    const wait = pauses[round];
    if (failing.length === 0 || wait === undefined || Date.now() - started > PATIENCE) return [...done, ...failing];
    await pause(wait / 2 + (Math.random() * wait) / 2);
    open = failing.map(({ parcel }) => parcel);
  }
}

const setApart = (tenant: TenantKey, failing: readonly Handed[]) =>
  queueStragglers(
    failing.flatMap(({ parcel: { socket, frames, sent } }) =>
      frames.slice(sent).map(({ events }) => ({ ...apart(socket), tenantId: tenantIdOf(tenant), events: [...events] })),
    ),
  );

/** Notes how long each delivery was on its way, and how many events a socket got in one frame. */
const measurePushed = (deliveries: readonly Delivery[], handed: readonly Handed[]): void => {
  const at = Date.now();
  for (const { committedAt } of deliveries)
    if (committedAt !== undefined) measure('pushLatency', Math.max(0, at - committedAt));
  for (const frames of new Set(handed.map(({ parcel }) => parcel.frames)))
    for (const { events } of frames) measure('gathered', events.length);
};

/**
 * Delivers one group: one frame a socket where its events fit, in order. Sockets that fail go on in groups of their own:
 * sending the whole again would give everybody else everything twice, and would let one broken socket hold up the
 * conversation. A group fails as a whole, and comes back after seconds, then minutes, when it is a socket's own (the
 * third time the socket is given up) or when many sockets failed and none took anything.
 */
async function deliver({ deliveries, receives }: Group, bound: number): Promise<GroupResult> {
  const tenant = scope(deliveries[0]!.tenantId);
  const asked = deliveries.find(({ receipts }) => receipts)?.receipts;
  if (asked) {
    await tellReceipts(tenant, asked.conversationId);
    return { failed: false, pushed: 0, gone: 0, apart: 0 };
  }
  const toClose = deliveries.filter(({ close }) => close).flatMap(({ sockets }) => sockets);
  if (toClose.length > 0) return { failed: (await closeAll(toClose)).length > 0, pushed: 0, gone: 0, apart: 0 };
  // In a hot room the next batch waits for this one: what fails is tried again elsewhere.
  const pauses = deliveries.some(({ gather }) => gather) ? [] : PAUSES;
  const handed = await handAll(await parcelsOf(tenant, deliveries), bound, pauses);
  const failing = handed.filter(({ outcome }) => outcome === 'failing');
  if (handed.some(({ outcome }) => outcome === 'delivered')) measurePushed(deliveries, handed);
  const gone = handed.filter(({ outcome }) => outcome === 'gone').map(({ parcel }) => parcel.socket);
  await forget(tenant, gone);
  const counts = { pushed: handed.length - failing.length - gone.length, gone: gone.length, apart: 0 };
  if (failing.length === 0) return { ...counts, failed: false };
  const own = isOwn(deliveries[0]!);
  if (own && receives >= GIVE_UP_RECEIVES && (await giveUp(tenant, failing[0]!.parcel.socket, deliveries)))
    return { ...counts, failed: false, reason: failing[0]!.reason ?? '' };
  if (own || (counts.pushed === 0 && failing.length > FEW_SOCKETS))
    return { ...counts, failed: true, reason: failing[0]!.reason ?? '' };
  const { refused, reason } = await setApart(tenant, failing);
  if (refused.length === 0)
    return { ...counts, failed: false, apart: failing.length, reason: failing[0]!.reason ?? '' };
  log.error('fan_out.not_set_apart', reason, { tenant: tenantIdOf(tenant), sockets: failing.length });
  return { ...counts, failed: true };
}

/** Delivers groups beside each other; one that fails, for whatever reason, does not touch the others. */
export async function fanOut(groups: readonly Group[]): Promise<GroupResult[]> {
  const bound = Math.max(1, Math.floor(POSTS / Math.max(1, groups.length)));
  return Promise.all(
    groups.map(async (group): Promise<GroupResult> => {
      try {
        return await deliver(group, bound);
      } catch (error) {
        log.error('fan_out.failed', error, { tenant: group.deliveries[0]?.tenantId });
        return { failed: true, pushed: 0, gone: 0, apart: 0 };
      }
    }),
  );
}
