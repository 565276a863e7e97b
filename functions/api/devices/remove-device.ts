import type { removeDevice } from '#contract/devices.ts';
import { closeSurely } from '#delivery/close.ts';
import type { Handle } from '#runtime/service.ts';
import { removeDevice as removeStored } from '#table/device.ts';
import { revokeDevice } from '#table/revocation.ts';

/** Signs a device out: takes its sockets out of every audience, closes them, and gives it no ticket until it signs in anew. */
export const handleRemoveDevice: Handle<typeof removeDevice> = async ({ deviceId }, { caller, at }) => {
  const { tenant, userId } = caller;
  // No new ticket first: one got in between would be refused by what the revocation marks, but for no longer than a minute.
  await removeStored(tenant, userId, deviceId, at);
  const open = await revokeDevice(tenant, userId, deviceId, at);
  await closeSurely(
    tenant,
    open.map(({ connectionId, since }) => ({ userId, connectionId, since })),
  );
  return { body: { closed: open.length } };
};
