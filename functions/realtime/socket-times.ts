import { MAX_CONNECTION_HOURS, TICKET_SECONDS } from '#contract/realtime.ts';
import { reconnectAt } from '#domain/reconnect.ts';
import type { Caller } from '#runtime/caller.ts';
import type { SocketEvent } from './socket-event.ts';

/** When a socket is over (ms). */
export interface SocketTimes {
  /** By when its client is to have another one. */
  readonly reconnectAt: number;
  /** When the gateway closes it, or its token expires. */
  readonly endsAt: number;
  /** Whether the token with which it was opened has expired. */
  readonly isSpent: boolean;
}

/** A number in [0, 1), the same for every frame of a socket. */
const chanceOf = (nonce: unknown): number => {
  const bytes = Buffer.from(String(nonce), 'base64url');
  return bytes.length < 4 ? 0 : bytes.readUInt32BE() / 2 ** 32;
};

/**
 * The times of a socket, from what its ticket left in its context: it opened within seconds after the ticket was made. One
 * without a ticket counts as just opened.
 */
export function timesOf(
  authorizer: SocketEvent['requestContext']['authorizer'],
  { tokenExpiresAt }: Pick<Caller, 'tokenExpiresAt'>,
  at: number,
): SocketTimes {
  const ticketExpiresAt = Number(authorizer?.ticketExpiresAt);
  const openedAt = ticketExpiresAt > 0 ? (ticketExpiresAt - TICKET_SECONDS) * 1_000 : at;
  const tokenEnds = tokenExpiresAt === undefined ? undefined : tokenExpiresAt * 1_000;
  return {
    reconnectAt: reconnectAt(openedAt, tokenEnds, chanceOf(authorizer?.nonce)),
    endsAt: Math.min(openedAt + MAX_CONNECTION_HOURS * 3_600_000, tokenEnds ?? Number.POSITIVE_INFINITY),
    isSpent: tokenEnds !== undefined && at >= tokenEnds,
  };
}
