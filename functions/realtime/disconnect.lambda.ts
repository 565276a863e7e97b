import { tellPresence } from '#delivery/tell-presence.ts';
import { callerOf } from '#runtime/caller.ts';
import { log } from '#runtime/log.ts';
import { count, countedSince } from '#runtime/metrics.ts';
import { removeConnections } from '#table/connection.ts';
import { tenantIdOf } from '#table/entity.ts';
import { answerWith } from './frame.ts';
import type { SocketEvent, SocketResult } from './socket-event.ts';

/** A client may name this route as its action: there is no such command. */
const answer = answerWith({});

/** `$disconnect`: removes the socket, and notes when it was there last, in one write. API Gateway does not promise to call this; a 410 or two hours clean up as well. */
export const handler = async (event: SocketEvent): Promise<SocketResult> => {
  const { eventType, connectionId, requestId, authorizer } = event.requestContext;
  if (eventType !== 'DISCONNECT') return answer(event);
  try {
    const { tenant, userId } = callerOf(authorizer);
    const last = await removeConnections(tenant, userId, [connectionId], Date.now());
    if (last) await tellPresence(tenant, userId);
    count('disconnects');
    log.info('socket.closed', { requestId, tenant: tenantIdOf(tenant), user: userId }, countedSince());
    return { statusCode: 200 };
  } catch (error) {
    log.error('socket.not_removed', error, { requestId });
    return { statusCode: 500 };
  }
};
