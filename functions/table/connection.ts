import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import type { Socket } from '#domain/delivery.ts';
import { batchGet } from './batch-get.ts';
import {
  ConnectionsEntity,
  connectionName,
  connectionValue,
  lastSeenIn,
  livingIn,
  pausedName,
  REVOKED,
  removedName,
  SEEN,
  superfluousIn,
  ticketName,
  userIdOf,
} from './connection-item.ts';
import type { Item, TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Seconds after the last connect that the item is kept: longer than a token lives that a revocation must refuse. */
export const KEPT_SECONDS = 400 * 86_400;

/** What opening a socket writes. */
export interface Opening {
  readonly connectionId: string;
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly ticketExpiresAt: number;
  /** When the token was issued with which the ticket was got (ms); one that does not say is older than any revocation. */
  readonly tokenIssuedAt?: number;
  readonly deviceId?: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * `dropped` are sockets that had to make room: their place is gone, so close them. `first`: the user had no open socket.
 * Refused: the ticket had been used, or was issued before a revocation, of all or of its device.
 */
export type Opened =
  | { readonly ok: true; readonly dropped: readonly string[]; readonly first: boolean }
  | { readonly ok: false; readonly refused: 'spent' | 'revoked' };

/** AP-10 The connections item of a user, for what in it is stale; undefined when there is none. */
export async function findConnections(
  tenant: TenantKey,
  userId: string,
  { consistent }: { readonly consistent: boolean },
): Promise<Item | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: ConnectionsEntity.key(tenant, userId),
    ConsistentRead: consistent,
  });
  return Item;
}

/**
 * AP-11 Register a socket and spend its ticket in one update, which also removes what is stale. A ticket is spent once
 * under any race, and none after a revocation; the same connection may repeat its call, since what got no answer is sent
 * again.
 */
export async function openConnection(tenant: TenantKey, userId: string, opening: Opening): Promise<Opened> {
  const before = await findConnections(tenant, userId, { consistent: false });
  const { tokenIssuedAt = 0, deviceId } = opening;
  const removed = deviceId === undefined ? undefined : removedName(deviceId);
  const { names, dropped } = before ? superfluousIn(before, opening) : { names: [], dropped: [] };
  const aliases = names.map((_, index) => `#r${index}`);
  try {
    const { Attributes } = await documents.update({
      TableName: tableName(),
      Key: ConnectionsEntity.key(tenant, userId),
      UpdateExpression: `SET #connection = :value, #ticket = :expires, #entity = :entity, #ttl = :ttl${
        aliases.length > 0 ? ` REMOVE ${aliases.join(', ')}` : ''
      }`,
      ConditionExpression: `(attribute_not_exists(#ticket) OR attribute_exists(#connection)) AND (attribute_not_exists(#revoked) OR #revoked <= :issued)${
        removed ? ' AND (attribute_not_exists(#removed) OR #removed <= :issued)' : ''
      }`,
      ExpressionAttributeNames: {
        '#connection': connectionName(opening.connectionId),
        '#ticket': ticketName(opening.nonce),
        '#revoked': REVOKED,
        ...(removed ? { '#removed': removed } : {}),
        '#entity': TABLE.entity,
        '#ttl': TABLE.ttl,
        ...Object.fromEntries(names.map((name, index) => [`#r${index}`, name])),
      },
      ExpressionAttributeValues: {
        ':value': connectionValue(opening.at, deviceId),
        ':expires': opening.ticketExpiresAt,
        ':issued': tokenIssuedAt,
        ':entity': ConnectionsEntity.type,
        ':ttl': Math.ceil(opening.at / 1_000) + KEPT_SECONDS,
      },
      ReturnValues: 'ALL_OLD',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const others = Attributes ? livingIn(Attributes, opening.at) : [];
    return { ok: true, dropped, first: others.every(({ connectionId }) => connectionId === opening.connectionId) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const marks = [REVOKED, removed ?? REVOKED].map((name) => Number(error.Item?.[name] ?? 0));
    return { ok: false, refused: Math.max(...marks) > tokenIssuedAt ? 'revoked' : 'spent' };
  }
}

/**
 * AP-12 Remove sockets of a user that are closed, and note that the user was last there at `at` (ms); sockets that are not
 * there are no error. Spent tickets stay. Answers whether the user has no open socket left.
 */
export async function removeConnections(
  tenant: TenantKey,
  userId: string,
  connectionIds: readonly string[],
  at: number,
): Promise<boolean> {
  const names = connectionIds.flatMap((id) => [connectionName(id), pausedName(id)]);
  try {
    const { Attributes } = await documents.update({
      TableName: tableName(),
      Key: ConnectionsEntity.key(tenant, userId),
      UpdateExpression: `SET #seen = :at REMOVE ${names.map((_, index) => `#c${index}`).join(', ')}`,
      // Without it an item that TTL has deleted would come back, empty and for ever.
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: {
        '#seen': SEEN,
        ...Object.fromEntries(names.map((name, index) => [`#c${index}`, name])),
      },
      ExpressionAttributeValues: { ':at': at },
      ReturnValues: 'ALL_NEW',
    });
    return !Attributes || livingIn(Attributes, at).length === 0;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return true;
    throw error;
  }
}

/**
 * AP-13 The open sockets of users, 100 small items a call, without those that are paused; a socket opened in the last
 * moments may be missing.
 */
export async function socketsOf(tenant: TenantKey, userIds: readonly string[], at: number): Promise<Socket[]> {
  const items = await batchGet(
    userIds.map((userId) => ConnectionsEntity.key(tenant, userId)),
    { consistent: false },
  );
  return items.flatMap((item) =>
    livingIn(item, at)
      .filter(({ paused }) => !paused)
      .map(({ connectionId, since }) => ({ userId: userIdOf(tenant, item), connectionId, since })),
  );
}

/** AP-440 Mark a socket that is to be sent nothing until it resumes. Answers false when it is not there (any more). */
export async function pauseConnection(tenant: TenantKey, userId: string, connectionId: string): Promise<boolean> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: ConnectionsEntity.key(tenant, userId),
      UpdateExpression: 'SET #paused = :paused',
      ConditionExpression: 'attribute_exists(#connection)',
      ExpressionAttributeNames: { '#paused': pausedName(connectionId), '#connection': connectionName(connectionId) },
      ExpressionAttributeValues: { ':paused': 1 },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/**
 * AP-441 End a socket's pause, if it has one; call it before what it missed is read. Nearly every socket that resumes has
 * none, so it looks before it writes: one read unit instead of a write unit.
 */
export async function unpauseConnection(tenant: TenantKey, userId: string, connectionId: string): Promise<void> {
  const item = await findConnections(tenant, userId, { consistent: true });
  if (!item || !(pausedName(connectionId) in item)) return;
  try {
    await documents.update({
      TableName: tableName(),
      Key: ConnectionsEntity.key(tenant, userId),
      UpdateExpression: 'REMOVE #paused',
      ConditionExpression: 'attribute_exists(#paused)',
      ExpressionAttributeNames: { '#paused': pausedName(connectionId) },
    });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** Whether a user is there, or when (ms) they were last; null when that is not known. */
export interface Presence {
  readonly userId: string;
  readonly online: boolean;
  readonly lastSeenAt: number | null;
}

/**
 * AP-442 How users are at `at` (ms), one for each: 100 small items a call. A socket that is paused is open; one that is past
 * its two hours is not, whether or not its end was told.
 */
export async function presenceOf(
  tenant: TenantKey,
  userIds: readonly string[],
  at: number,
  { consistent = false }: { readonly consistent?: boolean } = {},
): Promise<Presence[]> {
  const items = await batchGet(
    userIds.map((userId) => ConnectionsEntity.key(tenant, userId)),
    { consistent },
  );
  const byUser = new Map(items.map((item) => [userIdOf(tenant, item), item]));
  return userIds.map((userId) => {
    const item = byUser.get(userId);
    const online = item !== undefined && livingIn(item, at).length > 0;
    return { userId, online, lastSeenAt: item && !online ? lastSeenIn(item) : null };
  });
}
