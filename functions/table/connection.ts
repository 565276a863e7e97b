import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { MAX_CONNECTIONS } from '#contract/realtime.ts';
import { isExpired, type Socket } from '#domain/delivery.ts';
import { TICKET_MEMORY_SECONDS } from '#domain/ticket.ts';
import { batchGet } from './batch-get.ts';
import { entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Seconds after the last connect at which nothing in the item can be of use any more (a socket lives two hours). */
const KEPT_SECONDS = 3 * 3_600;

/** `c_<connection id>` holds when it was registered (ms), `t_<nonce>` when the spent ticket expires (s). */
const CONNECTION = 'c_';
const TICKET = 't_';

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

const numbersIn = (item: Item, prefix: string): [id: string, value: number][] =>
  Object.entries(ConnectionsEntity.fromItem(item)).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), z.number().parse(value)]] : [],
  );

const livingIn = (item: Item, at: number): [connectionId: string, since: number][] =>
  numbersIn(item, CONNECTION).filter(([, since]) => !isExpired(since, at));

/** What opening a socket writes. */
export interface Opening {
  readonly connectionId: string;
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly ticketExpiresAt: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** `spent`: the ticket had been used. `dropped` are sockets that had to make room: their place is gone, so close them. */
export type Opened = { readonly ok: true; readonly dropped: readonly string[] } | { readonly ok: false };

/** AP-10 The connections item of a user, for what in it is stale; undefined when there is none. */
async function findConnections(tenant: TenantKey, userId: string): Promise<Item | undefined> {
  const { Item } = await documents.get({ TableName: tableName(), Key: ConnectionsEntity.key(tenant, userId) });
  return Item;
}

/** Attributes that a new socket makes superfluous: what has expired, and the oldest sockets beyond the cap. */
const superfluousIn = (item: Item, { connectionId, nonce, at }: Opening): { names: string[]; dropped: string[] } => {
  const living = livingIn(item, at).filter(([id]) => id !== connectionId);
  const dropped = living
    .sort(([, a], [, b]) => b - a)
    .slice(MAX_CONNECTIONS - 1)
    .map(([id]) => id);
  const expired = numbersIn(item, CONNECTION).filter(([id, since]) => id !== connectionId && isExpired(since, at));
  const forgotten = numbersIn(item, TICKET).filter(
    ([id, expires]) => id !== nonce && expires + TICKET_MEMORY_SECONDS < at / 1_000,
  );
  return {
    dropped,
    names: [...dropped, ...expired.map(([id]) => id)]
      .map((id) => CONNECTION + id)
      .concat(forgotten.map(([id]) => TICKET + id)),
  };
};

/**
 * AP-11 Register a socket and spend its ticket in one update, which also removes what is stale. A ticket is spent once
 * under any race; the same connection may repeat its call, since the SDK sends again what got no answer.
 */
export async function openConnection(tenant: TenantKey, userId: string, opening: Opening): Promise<Opened> {
  const before = await findConnections(tenant, userId);
  const { names, dropped } = before ? superfluousIn(before, opening) : { names: [], dropped: [] };
  const aliases = names.map((_, index) => `#r${index}`);
  try {
    await documents.update({
      TableName: tableName(),
      Key: ConnectionsEntity.key(tenant, userId),
      UpdateExpression: `SET #connection = :since, #ticket = :expires, #entity = :entity, #ttl = :ttl${
        aliases.length > 0 ? ` REMOVE ${aliases.join(', ')}` : ''
      }`,
      ConditionExpression: 'attribute_not_exists(#ticket) OR attribute_exists(#connection)',
      ExpressionAttributeNames: {
        '#connection': CONNECTION + opening.connectionId,
        '#ticket': TICKET + opening.nonce,
        '#entity': TABLE.entity,
        '#ttl': TABLE.ttl,
        ...Object.fromEntries(names.map((name, index) => [`#r${index}`, name])),
      },
      ExpressionAttributeValues: {
        ':since': opening.at,
        ':expires': opening.ticketExpiresAt,
        ':entity': ConnectionsEntity.type,
        ':ttl': Math.ceil(opening.at / 1_000) + KEPT_SECONDS,
      },
    });
    return { ok: true, dropped };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return { ok: false };
    throw error;
  }
}

/** AP-12 Remove sockets of a user that are closed; those not there are no error. Spent tickets stay. */
export async function removeConnections(
  tenant: TenantKey,
  userId: string,
  connectionIds: readonly string[],
): Promise<void> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: ConnectionsEntity.key(tenant, userId),
      UpdateExpression: `REMOVE ${connectionIds.map((_, index) => `#c${index}`).join(', ')}`,
      // Without it an item that TTL has deleted would come back, empty and for ever.
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: Object.fromEntries(connectionIds.map((id, index) => [`#c${index}`, CONNECTION + id])),
    });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** AP-13 The open sockets of users, 100 small items a call; a socket opened in the last moments may be missing. */
export async function socketsOf(tenant: TenantKey, userIds: readonly string[], at: number): Promise<Socket[]> {
  const items = await batchGet(
    userIds.map((userId) => ConnectionsEntity.key(tenant, userId)),
    { consistent: false },
  );
  const start = ConnectionsEntity.key(tenant, '').pk.length;
  return items.flatMap((item) =>
    livingIn(item, at).map(([connectionId, since]) => ({
      userId: String(item[TABLE.partitionKey]).slice(start),
      connectionId,
      since,
    })),
  );
}
