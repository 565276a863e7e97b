import * as z from 'zod';
import {
  ConditionalCheckFailedException,
  documents,
  type TransactItem,
  TransactionCanceledException,
} from '#aws/documents.ts';
import { Privacy } from '#contract/privacy.ts';
import type { User } from '#contract/users.ts';
import { firstProfile, type Profile } from '#domain/user.ts';
import { batchGet } from './batch-get.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { tableName } from './table-name.ts';
import { registerTenant } from './tenant-registry.ts';

/** A user's profile. All of a tenant lie together, so that they can be listed by id. */
const StoredUser = z.object({
  userId: z.string(),
  displayName: z.string().optional(),
  avatarMediaId: z.string().optional(),
  custom: z.record(z.string(), z.string()).default({}),
  privacy: Privacy.strip(),
  createdAt: z.number(),
  updatedAt: z.number(),
  updatedBy: z.string(),
  version: z.number(),
});
export type StoredUser = z.output<typeof StoredUser>;

const partition = (tenant: TenantKey): string => join(tenant, 'USERS');
const USER = 'U#';

export const UserEntity = entity({
  type: 'user',
  schema: StoredUser,
  key: (tenant: TenantKey, userId: string): Key => ({ pk: partition(tenant), sk: `${USER}${userId}` }),
});

/** A stored profile as the API shows it. */
export const toUser = (stored: StoredUser): z.input<typeof User> => ({
  id: stored.userId,
  displayName: stored.displayName ?? null,
  avatarMediaId: stored.avatarMediaId ?? null,
  custom: stored.custom,
  privacy: stored.privacy,
  createdAt: new Date(stored.createdAt).toISOString(),
  updatedAt: new Date(stored.updatedAt).toISOString(),
  version: stored.version,
});

/** AP-124 A user's profile, consistently; undefined when there is none. */
export async function findUser(tenant: TenantKey, userId: string): Promise<StoredUser | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: UserEntity.key(tenant, userId),
    ConsistentRead: true,
  });
  return Item && UserEntity.fromItem(Item);
}

const onTopOf = (version: number) => ({
  ConditionExpression: '#version = :version',
  ExpressionAttributeNames: { '#version': 'version' },
  ExpressionAttributeValues: { ':version': version },
});

const put = async (
  tenant: TenantKey,
  user: StoredUser,
  condition: { readonly version: number } | 'missing',
): Promise<boolean> => {
  try {
    await documents.put({
      TableName: tableName(),
      Item: UserEntity.toItem(tenant, user.userId, user),
      ...(condition === 'missing' ? { ConditionExpression: 'attribute_not_exists(pk)' } : onTopOf(condition.version)),
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

/** AP-125 A user's profile; made with the name in their token if this is the first time they are seen. */
export async function meetUser(
  tenant: TenantKey,
  { userId, name }: { readonly userId: string; readonly name?: string | undefined },
  at: number,
): Promise<StoredUser> {
  const known = await findUser(tenant, userId);
  if (known) return known;
  const user: StoredUser = {
    ...firstProfile(name),
    custom: {},
    userId,
    createdAt: at,
    updatedAt: at,
    updatedBy: userId,
    version: 1,
  };
  await registerTenant(tenant);
  if (await put(tenant, user, 'missing')) return user;
  const met = await findUser(tenant, userId);
  if (!met) throw new Error('a profile was there and is not');
  return met;
}

/** A profile as it is to be, and what changes with it. */
export interface UserChange {
  readonly profile: Profile;
  readonly by: string;
  readonly at: number;
  /** Links of the pictures that come and go. */
  readonly parts: readonly TransactItem[];
}

/** AP-126 Store a changed profile, if `before` is still the last. `stale`: it is not; `part`: what was to change with it had. */
export async function storeUser(
  tenant: TenantKey,
  before: StoredUser,
  { profile, by, at, parts }: UserChange,
): Promise<StoredUser | 'stale' | 'part'> {
  const { userId, createdAt, version } = before;
  const user: StoredUser = {
    ...profile,
    custom: { ...profile.custom },
    userId,
    createdAt,
    updatedAt: at,
    updatedBy: by,
    version: version + 1,
  };
  if (parts.length === 0) return (await put(tenant, user, { version })) ? user : 'stale';
  const Put = { TableName: tableName(), Item: UserEntity.toItem(tenant, userId, user), ...onTopOf(version) };
  try {
    await calmly(() => documents.transactWrite([{ Put }, ...parts]));
    return user;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failed = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (failed < 0) throw error;
    return failed === 0 ? 'stale' : 'part';
  }
}

/** AP-300 Those of some users who do not let others know what they have read: eventually consistent. */
export async function quietReaders(tenant: TenantKey, userIds: readonly string[]): Promise<Set<string>> {
  const items = await batchGet(
    userIds.map((userId) => UserEntity.key(tenant, userId)),
    { consistent: false },
  );
  return new Set(
    items
      .map(UserEntity.fromItem)
      .filter(({ privacy }) => !privacy.readReceipts)
      .map(({ userId }) => userId),
  );
}

/** AP-486 Those of some users who do not let others know when they were last there: eventually consistent. */
export async function hidingLastSeen(tenant: TenantKey, userIds: readonly string[]): Promise<Set<string>> {
  const items = await batchGet(
    userIds.map((userId) => UserEntity.key(tenant, userId)),
    { consistent: false },
  );
  return new Set(
    items
      .map(UserEntity.fromItem)
      .filter(({ privacy }) => privacy.lastSeen === 'nobody')
      .map(({ userId }) => userId),
  );
}

/** AP-674 Some users by id, eventually consistent, half a read unit each; those who have no profile are left out. */
export async function findUsers(tenant: TenantKey, userIds: readonly string[]): Promise<Map<string, StoredUser>> {
  const items = await batchGet(
    userIds.map((userId) => UserEntity.key(tenant, userId)),
    { consistent: false },
  );
  return new Map(items.map(UserEntity.fromItem).map((user) => [user.userId, user]));
}

/** AP-127 Users of a tenant by id, after `after`, whose ids begin with `prefix`. */
export async function listUsers(
  tenant: TenantKey,
  page: { readonly after: string | undefined; readonly prefix: string | undefined; readonly limit: number },
): Promise<{ users: StoredUser[]; more: boolean }> {
  const start = `${USER}${page.prefix ?? ''}`;
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': partition(tenant),
      // The byte before every user id's own characters, so that the one the cursor names does not come back.
      ':first': page.after === undefined ? start : `${USER}${page.after}\u0000`,
      ':last': `${start}~`,
    },
    Limit: page.limit + 1,
  });
  return { users: Items.slice(0, page.limit).map(UserEntity.fromItem), more: Items.length > page.limit };
}
