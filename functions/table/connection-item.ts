import * as z from 'zod';
import { MAX_CONNECTIONS, TICKET_SECONDS } from '#contract/realtime.ts';
import { isExpired } from '#domain/delivery.ts';
import { TICKET_MEMORY_SECONDS } from '#domain/ticket.ts';
import { digestOf } from './digest.ts';
import { entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';

/** `c_<connection id>` holds `<when it was registered, ms, base 36>.<device>`; what older code wrote is the time alone, as a number. */
const CONNECTION = 'c_';
/** `p_<connection id>` is there while nothing is to be sent to the socket: it asked for that, or it kept failing. */
const PAUSED = 'p_';
/** `t_<beginning of the nonce>` holds when the spent ticket expires (s). */
const TICKET = 't_';
/** `d_<device>` holds when (ms) a device was removed, as long as tickets from before may be about. */
const REMOVED = 'd_';
/** Since when (ms) what was issued before is refused. */
export const REVOKED = 'r';
/** When (ms) a socket was closed last. */
export const SEEN = 'l';

/** 72 bits tell the tickets apart that one user spends within two minutes; all 128 would not fit the kilobyte. */
const NONCE_CHARACTERS = 12;
/** 36 bits tell one user's devices apart. */
const DEVICE_CHARACTERS = 6;

/**
 * The open sockets and spent tickets of a user: one item, one attribute each, so that opening or closing a socket is one
 * write unit however many conversations its user is in, and an audience is read with one small item a user. With
 * `MAX_CONNECTIONS` sockets and ids of full length it stays below 1 KB.
 */
export const ConnectionsEntity = entity({
  type: 'connections',
  schema: z.looseObject({ [TABLE.partitionKey]: z.string() }),
  key: (tenant: TenantKey, userId: string): Key => ({ pk: join(tenant, 'U', userId), sk: 'CONNS' }),
});

/** Names of the attributes of a socket, and of a spent ticket. */
export const connectionName = (connectionId: string): string => CONNECTION + connectionId;
export const pausedName = (connectionId: string): string => PAUSED + connectionId;
export const ticketName = (nonce: string): string => TICKET + nonce.slice(0, NONCE_CHARACTERS);

/** What a socket's attribute says of its device; devices that do not name themselves are all the same. */
export const deviceDigest = (deviceId: string | undefined): string =>
  deviceId === undefined ? '' : digestOf(deviceId).slice(0, DEVICE_CHARACTERS);

/** Name of the attribute of a device that was removed. */
export const removedName = (deviceId: string): string => REMOVED + deviceDigest(deviceId);

/** What a socket's attribute holds. */
export const connectionValue = (since: number, deviceId: string | undefined): string =>
  `${since.toString(36)}.${deviceDigest(deviceId)}`;

/** A socket as its user's item tells it. */
export interface Connection {
  readonly connectionId: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** `deviceDigest`; empty where the device did not name itself. */
  readonly device: string;
  readonly paused: boolean;
}

const entriesIn = (item: Item, prefix: string): [id: string, value: unknown][] =>
  Object.entries(ConnectionsEntity.fromItem(item)).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
  );

/** Raises a `RangeError` for what no version of this code wrote. */
const valueIn = (value: unknown): Pick<Connection, 'since' | 'device'> => {
  if (typeof value === 'number') return { since: value, device: '' };
  const [, since, device] = /^([0-9a-z]{1,10})\.([A-Za-z0-9_-]*)$/.exec(String(value)) ?? [];
  if (since === undefined || device === undefined) throw new RangeError('a socket with a value that cannot be read');
  return { since: Number.parseInt(since, 36), device };
};

const everyIn = (item: Item): Connection[] =>
  entriesIn(item, CONNECTION).map(([connectionId, value]) => ({
    connectionId,
    ...valueIn(value),
    paused: pausedName(connectionId) in item,
  }));

/** The sockets in an item that are open at `at` (ms). */
export const livingIn = (item: Item, at: number): Connection[] =>
  everyIn(item).filter(({ since }) => !isExpired(since, at));

/** Whose item it is. */
export const userIdOf = (tenant: TenantKey, item: Item): string =>
  String(item[TABLE.partitionKey]).slice(ConnectionsEntity.key(tenant, '').pk.length);

/** When a user without open sockets was last there (ms): nobody may have told of the end of the last socket. */
export const lastSeenIn = (item: Item): number | null => {
  const known = [z.number().optional().parse(item[SEEN]) ?? 0, ...everyIn(item).map(({ since }) => since)];
  return Math.max(...known) || null;
};

/** Attributes that a new socket makes superfluous: what has expired, and the oldest sockets beyond the cap. */
export const superfluousIn = (
  item: Item,
  { connectionId, nonce, at }: { readonly connectionId: string; readonly nonce: string; readonly at: number },
): { readonly names: readonly string[]; readonly dropped: readonly string[] } => {
  const others = everyIn(item).filter((other) => other.connectionId !== connectionId);
  const kept = others
    .filter(({ since }) => !isExpired(since, at))
    .sort((a, b) => b.since - a.since)
    .slice(0, MAX_CONNECTIONS - 1)
    .map((other) => other.connectionId);
  const ended = others.filter((other) => !kept.includes(other.connectionId));
  const forgotten = entriesIn(item, TICKET).filter(
    ([id, expires]) =>
      TICKET + id !== ticketName(nonce) && z.number().parse(expires) + TICKET_MEMORY_SECONDS < at / 1_000,
  );
  const bygone = entriesIn(item, REMOVED).filter(
    ([, removedAt]) => z.number().parse(removedAt) / 1_000 + TICKET_SECONDS + TICKET_MEMORY_SECONDS < at / 1_000,
  );
  const unpaused = entriesIn(item, PAUSED).filter(([id]) => id !== connectionId && !kept.includes(id));
  return {
    dropped: ended.filter(({ since }) => !isExpired(since, at)).map((other) => other.connectionId),
    names: [
      ...ended.map((other) => connectionName(other.connectionId)),
      ...unpaused.map(([id]) => pausedName(id)),
      ...forgotten.map(([id]) => TICKET + id),
      ...bygone.map(([id]) => REMOVED + id),
    ],
  };
};
