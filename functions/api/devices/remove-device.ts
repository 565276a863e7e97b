import type { removeDevice } from '#contract/devices.ts';
import { closeSurely } from '#delivery/close.ts';
import type { Handle } from '#runtime/service.ts';
import { removeConnections } from '#table/connection.ts';
import { removeDevice as forgetDevice } from '#table/device.ts';
import { connectionsOf } from '#table/revocation.ts';

/** Takes a device's sockets out of every audience, then closes them. */
export const handleRemoveDevice: Handle<typeof removeDevice> = async ({ deviceId }, { caller, at }) => {
  const { tenant, userId } = caller;
  const [open] = await Promise.all([
    connectionsOf(tenant, userId, at, deviceId),
    forgetDevice(tenant, userId, deviceId),
  ]);
  const ids = open.map(({ connectionId }) => connectionId);
  if (ids.length > 0) await removeConnections(tenant, userId, ids, at);
  await closeSurely(
    tenant,
    open.map(({ connectionId, since }) => ({ userId, connectionId, since })),
  );
  return { body: { closed: open.length } };
};
