import * as z from 'zod';
import { Instant } from './ids.ts';
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
  uses: ['signing-key:read', 'table:get', 'table:put'],
  input: z.strictObject({}),
  output: z.strictObject({
    ticket: z.string(),
    /** Open this address within `TICKET_SECONDS`; it carries the ticket. */
    url: z.string(),
    expiresAt: Instant,
  }),
  refuses: [],
  status: 201,
  anew: true,
});

/** What a client may say on a socket, by `action`. */
export const Command = z.discriminatedUnion('action', [
  /** Keeps the socket from idling out and tells the client the server's time. */
  z.strictObject({ action: z.literal('ping'), id: z.string().max(64).optional() }),
]);
export type Command = z.output<typeof Command>;
