import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { planWatch } from '#domain/presence.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** A user's socket. */
export interface SocketOf {
  readonly userId: string;
  readonly connectionId: string;
}

const WATCH = 'W#';

/** A socket is told of a user's comings and goings, until (ms) it is not said again. It lies with whom it watches. */
export const WatchEntity = entity({
  type: 'watch',
  schema: z.object({ by: z.string(), connectionId: z.string(), until: z.number() }),
  key: (tenant: TenantKey, { userId, connectionId }: SocketOf): Key => ({
    pk: join(tenant, 'U', userId),
    sk: WATCH + connectionId,
  }),
});

/** Whom a socket watches, and until when (ms): what its next watch replaces. It lies with the socket's user. */
export const WatchingEntity = entity({
  type: 'watching',
  schema: z.object({ users: z.record(z.string(), z.number()) }),
  key: (tenant: TenantKey, { userId, connectionId }: SocketOf): Key => ({
    pk: join(tenant, 'U', userId),
    sk: join('WATCHING', connectionId),
  }),
});

const seconds = (at: number): number => Math.ceil(at / 1_000);

/**
 * AP-480 The sockets that watch a user at `at` (ms), at most `most`, consistently: whoever has begun to watch before this
 * reads is told, and whoever begins later reads for themselves.
 */
export async function watchersOf(tenant: TenantKey, userId: string, at: number, most: number): Promise<SocketOf[]> {
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :watch)',
    ExpressionAttributeValues: { ':pk': WatchEntity.key(tenant, { userId, connectionId: '' }).pk, ':watch': WATCH },
    ConsistentRead: true,
    Limit: most,
  });
  return Items.map(WatchEntity.fromItem)
    .filter(({ until }) => until > at)
    .map(({ by, connectionId }) => ({ userId: by, connectionId }));
}

/** AP-481 Begin or prolong a watch. */
const putWatch = (tenant: TenantKey, watched: string, { userId, connectionId }: SocketOf, until: number) =>
  documents.put({
    TableName: tableName(),
    Item: {
      ...WatchEntity.toItem(tenant, { userId: watched, connectionId }, { by: userId, connectionId, until }),
      [TABLE.ttl]: seconds(until),
    },
  });

/** AP-482 End a watch. */
const removeWatch = (tenant: TenantKey, watched: string, { connectionId }: SocketOf) =>
  documents.delete({ TableName: tableName(), Key: WatchEntity.key(tenant, { userId: watched, connectionId }) });

/** AP-483 Whom a socket watches. */
async function findWatching(tenant: TenantKey, socket: SocketOf): Promise<Record<string, number>> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: WatchingEntity.key(tenant, socket),
    ConsistentRead: true,
  });
  return Item ? WatchingEntity.fromItem(Item).users : {};
}

/**
 * AP-484 A socket watches these users from `at` (ms) on, and no others. Nothing but time ends the watches of a socket that
 * is closed. Two of these at once for one socket may leave a watch that neither wanted, until it ends by itself.
 */
export async function watch(
  tenant: TenantKey,
  socket: SocketOf,
  userIds: readonly string[],
  at: number,
): Promise<void> {
  const before = await findWatching(tenant, socket);
  const { write, drop, until, after } = planWatch(before, userIds, at);
  await Promise.all([
    ...write.map((watched) => putWatch(tenant, watched, socket, until)),
    ...drop.map((watched) => removeWatch(tenant, watched, socket)),
  ]);
  // Last: a watch that this says is there is not written again.
  if (write.length > 0 || drop.length > 0)
    await documents.put({
      TableName: tableName(),
      Item: { ...WatchingEntity.toItem(tenant, socket, { users: after }), [TABLE.ttl]: seconds(until) },
    });
}
