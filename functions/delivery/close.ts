import { apart, type Socket } from '#domain/delivery.ts';
import { closeSocket } from '#gateways/sockets.ts';
import { queueStragglers } from '#gateways/stragglers.ts';
import { log } from '#runtime/log.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { inParallel } from './parallel.ts';

/** Closes under way at once. */
const CLOSES = 20;

/** Closes sockets, and answers with those that could not be closed now. */
export async function closeAll(sockets: readonly Socket[]): Promise<Socket[]> {
  const open = await inParallel(sockets, CLOSES, async (socket) => {
    try {
      await closeSocket(socket.connectionId);
      return [];
    } catch (error) {
      log.error('socket.not_closed', error);
      return [socket];
    }
  });
  return open.flat();
}

/**
 * Closes sockets of which the table knows no more. One that cannot be closed now is left to the fan-out function, which
 * tries for as long as it tries to post: nobody else would find it. Raises when the queue does not take it either.
 */
export async function closeSurely(tenant: TenantKey, sockets: readonly Socket[]): Promise<void> {
  const open = await closeAll(sockets);
  const { refused, reason } = await queueStragglers(
    open.map((socket) => ({ ...apart(socket), tenantId: tenantIdOf(tenant), events: [], close: true })),
  );
  if (refused.length > 0) throw new Error(`${refused.length} sockets could not be closed`, { cause: reason });
}
