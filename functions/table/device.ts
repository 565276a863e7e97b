import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { MAX_DEVICES } from '#contract/devices.ts';
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

/** AP-443 The devices of a user, the last one first; there are `MAX_DEVICES` at most, save for races. */
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
  return Items.map(DeviceEntity.fromItem).sort((a, b) => b.lastAt - a.lastAt);
}

/** AP-444 Forget a device; one that is not known is no error. */
export async function removeDevice(tenant: TenantKey, userId: string, deviceId: string): Promise<void> {
  await documents.delete({ TableName: tableName(), Key: DeviceEntity.key(tenant, { userId, deviceId }) });
}

/** What a device says of itself. */
export interface DeviceSays {
  readonly deviceId: string;
  readonly name?: string | undefined;
  readonly platform?: string | undefined;
}

/**
 * AP-445 Note that a device asked for a ticket: a read, and a write once a day or when it says something new. The first
 * time it looks how many there are, and forgets the one that was not there for the longest time.
 */
export async function noteDevice(
  tenant: TenantKey,
  userId: string,
  { deviceId, name, platform }: DeviceSays,
  at: number,
): Promise<void> {
  const key = { userId, deviceId };
  const { Item } = await documents.get({ TableName: tableName(), Key: DeviceEntity.key(tenant, key) });
  const known = Item && DeviceEntity.fromItem(Item);
  const says = { name: name ?? known?.name, platform: platform ?? known?.platform };
  if (known && at - known.lastAt < DAY && says.name === known.name && says.platform === known.platform) return;
  if (!known)
    for (const { deviceId: old } of (await listDevices(tenant, userId)).slice(MAX_DEVICES - 1))
      await removeDevice(tenant, userId, old);
  await documents.put({
    TableName: tableName(),
    Item: {
      ...DeviceEntity.toItem(tenant, key, { deviceId, ...says, firstAt: known?.firstAt ?? at, lastAt: at }),
      [TABLE.ttl]: Math.ceil(at / 1_000) + (KEPT_DAYS * DAY) / 1_000,
    },
  });
}
