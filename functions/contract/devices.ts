import * as z from 'zod';
import { DeviceId, Instant, UserId } from './ids.ts';
import { route } from './route.ts';

/** Devices that are remembered of a user; one more forgets the one that was not there for the longest time. */
export const MAX_DEVICES = 50;

/** What a device may say of itself, when it asks for a ticket. */
export const DeviceName = z.string().trim().min(1).max(60).meta({ example: 'Ada’s phone' });
export const Platform = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,39}$/)
  .meta({ example: 'ios' });

const Device = z
  .strictObject({
    id: DeviceId,
    name: z.string().nullable(),
    platform: z.string().nullable(),
    firstSeenAt: Instant,
    /** To the day. */
    lastSeenAt: Instant,
    /** Open sockets. */
    sockets: z.int(),
  })
  .meta({ id: 'Device' });

const Closed = z.strictObject({
  /** Sockets that were open and are closed now. */
  closed: z.int(),
});

export const listDevices = route({
  method: 'GET',
  path: '/me/devices',
  summary: 'List the devices you have opened sockets on, the last one first',
  permission: 'user:read',
  uses: ['table:get', 'table:query'],
  input: z.strictObject({}),
  output: z.strictObject({ devices: z.array(Device) }),
  refuses: [],
  status: 200,
});

export const removeDevice = route({
  method: 'DELETE',
  path: '/me/devices/{deviceId}',
  summary:
    'Sign a device out: its sockets are closed and it opens none until it has a token from after that; one that is not known is no error',
  permission: 'user:write',
  uses: ['table:get', 'table:update', 'sockets:close', 'stragglers:send'],
  input: z.strictObject({ deviceId: DeviceId }),
  output: Closed,
  refuses: [],
  status: 200,
});

export const logout = route({
  method: 'POST',
  path: '/me/logout',
  summary: 'Log yourself out on every device: tokens and tickets issued before now are refused, sockets are closed',
  permission: 'user:write',
  uses: ['table:get', 'table:update', 'sockets:close', 'stragglers:send'],
  input: z.strictObject({}),
  output: Closed,
  refuses: [],
  status: 200,
});

export const logoutUser = route({
  method: 'POST',
  path: '/users/{userId}/logout',
  summary: 'Log anybody out on every device, as an admin of the tenant; known here or not yet',
  permission: 'user:manage',
  uses: ['table:get', 'table:put', 'table:update', 'sockets:close', 'stragglers:send'],
  input: z.strictObject({
    userId: UserId,
    /** For the audit trail. */
    reason: z.string().trim().min(1).max(1_000).optional(),
  }),
  output: Closed,
  refuses: [],
  status: 200,
});
