import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { findConnections, KEPT_SECONDS, removeConnections } from './connection.ts';
import {
  type Connection,
  ConnectionsEntity,
  connectionName,
  deviceDigest,
  livingIn,
  pausedName,
  REVOKED,
  removedName,
  SEEN,
} from './connection-item.ts';
import type { Item, TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/**
 * AP-446 Since when (ms) what was issued to a user is good; 0 when nothing was ever revoked. Consistent, one read unit: a
 * token must not outlive its revocation because a copy of the table is behind.
 */
export async function revokedAt(tenant: TenantKey, userId: string): Promise<number> {
  const item = await findConnections(tenant, userId, { consistent: true });
  return z.number().default(0).parse(item?.[REVOKED]);
}

/** AP-447 The open sockets of a user, consistently. */
export async function connectionsOf(tenant: TenantKey, userId: string, at: number): Promise<Connection[]> {
  const item = await findConnections(tenant, userId, { consistent: true });
  return item ? livingIn(item, at) : [];
}

/** What is revoked: all of a user's, or what one of the devices got. */
interface Revoking {
  /** Attribute that says since when what was issued is good (ms). */
  readonly mark: string;
  readonly isMeant: (connection: Connection) => boolean;
}

const mark = async (
  tenant: TenantKey,
  userId: string,
  at: number,
  { mark: name }: Revoking,
  open: readonly Connection[],
): Promise<Item | undefined> => {
  const names = open.flatMap(({ connectionId }) => [connectionName(connectionId), pausedName(connectionId)]);
  try {
    const { Attributes } = await documents.update({
      TableName: tableName(),
      Key: ConnectionsEntity.key(tenant, userId),
      UpdateExpression: `SET #revoked = :at, #seen = :at, #entity = :entity, #ttl = :ttl${
        names.length > 0 ? ` REMOVE ${names.map((_, index) => `#c${index}`).join(', ')}` : ''
      }`,
      // Of two at once the later one counts, whichever comes first.
      ConditionExpression: 'attribute_not_exists(#revoked) OR #revoked < :at',
      ExpressionAttributeNames: {
        '#revoked': name,
        '#seen': SEEN,
        '#entity': TABLE.entity,
        '#ttl': TABLE.ttl,
        ...Object.fromEntries(names.map((name, index) => [`#c${index}`, name])),
      },
      ExpressionAttributeValues: {
        ':at': at,
        ':entity': ConnectionsEntity.type,
        ':ttl': Math.ceil(at / 1_000) + KEPT_SECONDS,
      },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return Attributes;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error.Item;
    throw error;
  }
};

async function revoke(tenant: TenantKey, userId: string, at: number, what: Revoking): Promise<Connection[]> {
  const open = (await connectionsOf(tenant, userId, at)).filter(what.isMeant);
  const after = await mark(tenant, userId, at, what, open);
  const late = after ? livingIn(after, at).filter(what.isMeant) : [];
  if (late.length > 0)
    await removeConnections(
      tenant,
      userId,
      late.map(({ connectionId }) => connectionId),
      at,
    );
  return [...new Map([...open, ...late].map((connection) => [connection.connectionId, connection])).values()];
}

/**
 * AP-448 Refuse everything that was issued to a user before `at` (ms), and take their sockets out of every audience: what
 * was open goes in the very write that refuses new ones, what opened while it was read goes after it. Answers with all of
 * them, which are to be closed.
 */
export const revokeAll = (tenant: TenantKey, userId: string, at: number): Promise<Connection[]> =>
  revoke(tenant, userId, at, { mark: REVOKED, isMeant: () => true });

/**
 * AP-520 The same for one device: its sockets, and the tickets it holds, which open nothing any more. That it gets no new
 * ticket is `removeDevice`'s.
 */
export const revokeDevice = (tenant: TenantKey, userId: string, deviceId: string, at: number): Promise<Connection[]> =>
  revoke(tenant, userId, at, {
    mark: removedName(deviceId),
    isMeant: ({ device }) => device === deviceDigest(deviceId),
  });
