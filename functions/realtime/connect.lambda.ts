import { DeviceId } from '#contract/ids.ts';
import { tellPresence } from '#delivery/tell-presence.ts';
import { closeSocket } from '#gateways/sockets.ts';
import { callerOf } from '#runtime/caller.ts';
import { log } from '#runtime/log.ts';
import { count, countedSince } from '#runtime/metrics.ts';
import { openConnection } from '#table/connection.ts';
import { tenantIdOf } from '#table/entity.ts';
import { answerWith } from './frame.ts';
import type { SocketEvent, SocketResult } from './socket-event.ts';

const closeDropped = async (connectionIds: readonly string[]): Promise<void> => {
  const closed = await Promise.allSettled(connectionIds.map(closeSocket));
  // It hears nothing any more and finds out at its next ping or after two hours: the new socket is worth more.
  for (const result of closed) if (result.status === 'rejected') log.error('socket.not_closed', result.reason);
};

/** A client may name this route as its action: there is no such command. */
const answer = answerWith({});

/** `$connect`: spends the ticket and registers the socket, in one write. A ticket whose token was revoked opens nothing. */
export const handler = async (event: SocketEvent): Promise<SocketResult> => {
  const { eventType, connectionId, requestId, authorizer } = event.requestContext;
  if (eventType !== 'CONNECT') return answer(event);
  try {
    const { tenant, userId, tokenIssuedAt = 0 } = callerOf(authorizer);
    const nonce = authorizer?.nonce;
    const ticketExpiresAt = Number(authorizer?.ticketExpiresAt);
    if (typeof nonce !== 'string' || !Number.isInteger(ticketExpiresAt))
      throw new Error('the socket came without a ticket in its context');
    const deviceId = DeviceId.safeParse(authorizer?.deviceId).data;
    const opened = await openConnection(tenant, userId, {
      connectionId,
      nonce,
      ticketExpiresAt,
      tokenIssuedAt: tokenIssuedAt * 1_000,
      deviceId,
      at: Date.now(),
    });
    if (opened.ok) count('connects');
    log.info(
      opened.ok ? 'socket.opened' : `socket.ticket_${opened.refused}`,
      {
        requestId,
        tenant: tenantIdOf(tenant),
        user: userId,
        dropped: opened.ok ? opened.dropped.length : undefined,
      },
      countedSince(),
    );
    if (!opened.ok) return { statusCode: 401 };
    await Promise.all([closeDropped(opened.dropped), opened.first && tellPresence(tenant, userId)]);
    return { statusCode: 200 };
  } catch (error) {
    log.error('socket.not_opened', error, { requestId });
    return { statusCode: 500 };
  }
};
