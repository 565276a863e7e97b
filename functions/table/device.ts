import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { MAX_DEVICES } from '#contract/devices.ts';
import { isRevoked } from '#domain/ticket.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

const DAY = 86_400_000;
/** Days after which a device that did not come back is forgotten. */
const KEPT_DAYS = 400;

const StoredDevice = z.object({
  deviceId: z.string(),
  name: z.string().optional(),
  platform: z.string().optional(),
  /** Milliseconds since 1970. */
  firstAt: z.number(),
  /** Of a ticket; written once a day at most. */
  lastAt: z.number(),
  /** When its user removed it (ms): a token from before gets it no ticket. */
  removedAt: z.number().optional(),
});
export type StoredDevice = z.output<typeof StoredDevice>;

const DEVICE = 'DEVICE#';

/** A device on which a user has opened sockets, in the user's own partition. */
export const DeviceEntity = entity({
  type: 'device',
  schema: StoredDevice,
  key: (tenant: TenantKey, { userId, deviceId }: { readonly userId: string; readonly deviceId: string }): Key => ({
    pk: join(tenant, 'U', userId),
    sk: `${DEVICE}${deviceId}`,
  }),
});

/** AP-443 The devices of a user, without those that were removed, the last one first; `MAX_DEVICES` at most, save for races. */
export async function listDevices(tenant: TenantKey, userId: string): Promise<StoredDevice[]> {
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :device)',
    ExpressionAttributeValues: {
      ':pk': DeviceEntity.key(tenant, { userId, deviceId: '' }).pk,
      ':device': DEVICE,
    },
    ConsistentRead: true,
  });
  return Items.map(DeviceEntity.fromItem)
    .filter(({ removedAt }) => removedAt === undefined)
    .sort((a, b) => b.lastAt - a.lastAt);
}

/** AP-444 Forget a device that was not there for the longest time. */
const forget = (tenant: TenantKey, userId: string, deviceId: string): Promise<unknown> =>
  documents.delete({ TableName: tableName(), Key: DeviceEntity.key(tenant, { userId, deviceId }) });

const keptUntil = (at: number): number => Math.ceil(at / 1_000) + (KEPT_DAYS * DAY) / 1_000;

/** AP-521 Remove a device: it is forgotten but for when that was. One that is not known is no error. */
export async function removeDevice(tenant: TenantKey, userId: string, deviceId: string, at: number): Promise<void> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: DeviceEntity.key(tenant, { userId, deviceId }),
      UpdateExpression: 'SET #removed = :at, #ttl = :ttl REMOVE #name, #platform',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: {
        '#removed': 'removedAt',
        '#ttl': TABLE.ttl,
        '#name': 'name',
        '#platform': 'platform',
      },
      ExpressionAttributeValues: { ':at': at, ':ttl': keptUntil(at) },
    });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** What a device says of itself. */
export interface DeviceSays {
  readonly deviceId: string;
  readonly name?: string | undefined;
  readonly platform?: string | undefined;
}

/**
 * AP-445 Note that a device asked for a ticket: a read, and a write once a day or when it says something new. The first
 * time it looks how many there are, and forgets the one that was not there for the longest time. Answers false when it was
 * removed since its token was issued (`issuedAt`, s): it is not to have the ticket.
 */
export async function noteDevice(
  tenant: TenantKey,
  userId: string,
  { deviceId, name, platform }: DeviceSays,
  { at, issuedAt }: { readonly at: number; readonly issuedAt: number },
): Promise<boolean> {
  const key = { userId, deviceId };
  const { Item } = await documents.get({ TableName: tableName(), Key: DeviceEntity.key(tenant, key) });
  const found = Item && DeviceEntity.fromItem(Item);
  if (isRevoked(issuedAt, found?.removedAt ?? 0)) return false;
  const known = found?.removedAt === undefined ? found : undefined;
  const says = { name: name ?? known?.name, platform: platform ?? known?.platform };
  if (known && at - known.lastAt < DAY && says.name === known.name && says.platform === known.platform) return true;
  if (!known)
    for (const { deviceId: old } of (await listDevices(tenant, userId)).slice(MAX_DEVICES - 1))
      await forget(tenant, userId, old);
  try {
    await documents.put({
      TableName: tableName(),
      Item: {
        ...DeviceEntity.toItem(tenant, key, { deviceId, ...says, firstAt: known?.firstAt ?? at, lastAt: at }),
        [TABLE.ttl]: keptUntil(at),
      },
      // It may have been removed since it was read.
      ConditionExpression: 'attribute_not_exists(#removed) OR #removed <= :issued',
      ExpressionAttributeNames: { '#removed': 'removedAt' },
      ExpressionAttributeValues: { ':issued': issuedAt * 1_000 },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
