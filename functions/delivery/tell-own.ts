import type { Event } from '#contract/events.ts';
import { log } from '#runtime/log.ts';
import type { TenantKey } from '#table/entity.ts';
import { announce } from './announce.ts';

/**
 * Tells a user's own devices of something that is theirs alone. Never raises: it is stored, and a device that missed the
 * event finds it when it asks.
 */
export async function tellOwn(tenant: TenantKey, userId: string, event: Event): Promise<void> {
  try {
    await announce(tenant, [userId], undefined, [event]);
  } catch (error) {
    log.error('own.not_told', error, { type: event.type });
  }
}
