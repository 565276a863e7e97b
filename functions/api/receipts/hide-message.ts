import type { hideMessage } from '#contract/hidden.ts';
import { partsOfMessageId } from '#contract/ids.ts';
import { announce } from '#delivery/announce.ts';
import { Refusal } from '#domain/refusal.ts';
import { inSight, sightOf } from '#domain/visibility.ts';
import { log as logger } from '#runtime/log.ts';
import type { Handle } from '#runtime/service.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { hide } from '#table/hidden.ts';
import { findStoredMessage } from '#table/message.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** Hides a message from the caller alone; only their own devices hear of it. What is hidden already stays so. */
export const handleHideMessage: Handle<typeof hideMessage> = async ({ messageId }, { caller, at }) => {
  const { tenant, userId } = caller;
  const { conversationId, seq } = partsOfMessageId(messageId);
  const [{ head, member }, stored, { retention }] = await Promise.all([
    findHeadFor(tenant, conversationId, userId),
    findStoredMessage(tenant, { conversationId, seq }),
    rulesOf(tenant, at),
  ]);
  if (!head || !member || !stored || !inSight(sightOf(head, member, retention, at), seq, stored.a))
    throw new Refusal('message.not_found');
  if (!(await hide(tenant, { conversationId, userId }, { seq, known: member.hid, at })))
    throw new Refusal('message.not_found');
  try {
    await announce(tenant, [userId], undefined, [{ type: 'message:hidden', conversationId, messageId }]);
  } catch (error) {
    // It is stored: a device that missed the event does not find the message in its next page.
    logger.error('hidden.not_told', error, { conversationId });
  }
  return { body: { messageId, hidden: true } };
};
