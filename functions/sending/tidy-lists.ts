import { type Listener, toMoveUp } from '#domain/bump.ts';
import { log } from '#runtime/log.ts';
import { moveUpFor, settleSpeakers } from '#table/bump.ts';
import type { Head } from '#table/conversation.ts';
import type { TenantKey } from '#table/entity.ts';

/**
 * What a stored message does to lists: it moves its conversation up, and lets the head forget old speakers. Never raises:
 * the message is stored, and what could not be done now is done by the next sender.
 */
export async function tidyLists(
  tenant: TenantKey,
  conversationId: string,
  {
    head,
    listeners,
    sender,
    at,
  }: {
    readonly head: Head;
    readonly listeners: Promise<readonly Listener[]>;
    readonly sender: string;
    readonly at: number;
  },
): Promise<void> {
  try {
    const members = await listeners;
    await Promise.all([
      moveUpFor(tenant, conversationId, toMoveUp(members, sender, at), at),
      settleSpeakers(
        tenant,
        conversationId,
        head,
        members.map(({ userId }) => userId),
      ),
    ]);
  } catch (error) {
    log.error('lists.not_tidied', error, { conversationId });
  }
}
