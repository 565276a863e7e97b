import { type Listener, toSetApart } from '#domain/bump.ts';
import { log } from '#runtime/log.ts';
import { setApartFor } from '#table/bump.ts';
import type { TenantKey } from '#table/entity.ts';

/**
 * Puts a conversation that has become large among the large ones in the lists of those who do not have it there yet. Never
 * raises: the change is stored, and what could not be done now is done when the next comes.
 */
export async function setApart(
  tenant: TenantKey,
  conversationId: string,
  listeners: Promise<readonly Listener[]>,
): Promise<void> {
  try {
    await setApartFor(tenant, conversationId, toSetApart(await listeners));
  } catch (error) {
    log.error('lists.not_set_apart', error, { conversationId });
  }
}
