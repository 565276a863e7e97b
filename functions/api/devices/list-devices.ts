import type { listDevices } from '#contract/devices.ts';
import type { Handle } from '#runtime/service.ts';
import { deviceDigest } from '#table/connection-item.ts';
import { listDevices as devicesOf } from '#table/device.ts';
import { connectionsOf } from '#table/revocation.ts';

/** A user's devices, each with its open sockets. */
export const handleListDevices: Handle<typeof listDevices> = async (_input, { caller: { tenant, userId }, at }) => {
  const [devices, connections] = await Promise.all([devicesOf(tenant, userId), connectionsOf(tenant, userId, at)]);
  return {
    body: {
      devices: devices.map(({ deviceId, name, platform, firstAt, lastAt }) => ({
        id: deviceId,
        name: name ?? null,
        platform: platform ?? null,
        firstSeenAt: new Date(firstAt).toISOString(),
        lastSeenAt: new Date(lastAt).toISOString(),
        sockets: connections.filter(({ device }) => device === deviceDigest(deviceId)).length,
      })),
    },
  };
};
