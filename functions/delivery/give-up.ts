import { type Delivery, isRequired, required, type Socket } from '#domain/delivery.ts';
import { queueStragglers } from '#gateways/stragglers.ts';
import { log } from '#runtime/log.ts';
import { count } from '#runtime/metrics.ts';
import { pauseConnection } from '#table/connection.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';

/**
 * Gives up on a socket that fails for the third time: no audience holds it any more until it resumes, and what was queued
 * for it is dropped, because it will resume by its cursors. Instead it is told so, by an event that goes on alone and is
 * queued again and again until the socket takes it, is gone or is two hours old. False when that could not be queued.
 */
export async function giveUp(tenant: TenantKey, socket: Socket, deliveries: readonly Delivery[]): Promise<boolean> {
  const again = deliveries.every(isRequired);
  if (!again && !(await pauseConnection(tenant, socket.userId, socket.connectionId))) return true;
  const tenantId = tenantIdOf(tenant);
  const { refused, reason } = await queueStragglers([required(tenantId, socket, again)]);
  if (refused.length > 0) {
    log.error('socket.not_given_up', reason, { tenant: tenantId });
    return false;
  }
  if (!again) count('stragglers');
  log.info('socket.given_up', { tenant: tenantId, user: socket.userId, again });
  return true;
}
