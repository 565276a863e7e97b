import { partsOfMessageId } from '#contract/ids.ts';
import type { getMessage } from '#contract/messages.ts';
import { Refusal } from '#domain/refusal.ts';
import { firstVisible } from '#domain/settings.ts';
import type { Handle } from '#runtime/service.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { findStoredMessage, toMessage } from '#table/message.ts';

export const handleGetMessage: Handle<typeof getMessage> = async ({ messageId }, { caller }) => {
  const { conversationId, seq } = partsOfMessageId(messageId);
  const [{ head, member }, stored] = await Promise.all([
    findHeadFor(caller.tenant, conversationId, caller.userId),
    findStoredMessage(caller.tenant, { conversationId, seq }),
  ]);
  if (!head || !member || !stored || seq < firstVisible(head.rules, member)) throw new Refusal('message.not_found');
  return { body: toMessage(conversationId, seq, stored) };
};
