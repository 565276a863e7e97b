import * as z from 'zod';
import { DeviceName, Platform } from './devices.ts';
import { DeviceId, Instant } from './ids.ts';
import { route } from './route.ts';

/** Seconds a ticket may wait to be used. */
export const TICKET_SECONDS = 30;

/** Bytes of one WebSocket frame; API Gateway closes the socket with 1009 above it. */
export const MAX_FRAME_BYTES = 32 * 1024;

/** Hours API Gateway keeps a socket open at most. */
export const MAX_CONNECTION_HOURS = 2;

/** Sockets a user may hold at once; one more closes the oldest. */
export const MAX_CONNECTIONS = 20;

export const createTicket = route({
  method: 'POST',
  path: '/realtime/tickets',
  summary: 'Get a single-use ticket that opens a socket',
  permission: 'realtime:connect',
  uses: ['signing-key:read', 'table:get', 'table:put', 'table:query', 'table:delete'],
  input: z.strictObject({
    /** Which of the user's devices; made up by the device once and kept. */
    deviceId: DeviceId.optional(),
    /** What it is called in the list of the user’s devices. */
    deviceName: DeviceName.optional(),
    platform: Platform.optional(),
  }),
  output: z.strictObject({
    ticket: z.string(),
    /** Open this address within `TICKET_SECONDS`; it carries the ticket. */
    url: z.string(),
    expiresAt: Instant,
    serverTime: Instant,
  }),
  refuses: [],
  status: 201,
  anew: true,
});
