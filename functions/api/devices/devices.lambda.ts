import { devicesApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleListDevices } from './list-devices.ts';
import { handleLogout, handleLogoutUser } from './logout.ts';
import { handleRemoveDevice } from './remove-device.ts';

export const handler = service(devicesApi, {
  listDevices: handleListDevices,
  removeDevice: handleRemoveDevice,
  logout: handleLogout,
  logoutUser: handleLogoutUser,
});
