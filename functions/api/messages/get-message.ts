import { partsOfMessageId } from '#contract/ids.ts';
import type { getMessage } from '#contract/messages.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { wholeOf } from '#table/archive-part.ts';
import { toMessage } from '#table/message.ts';
import { findVisible } from '#table/visible-message.ts';

export const handleGetMessage: Handle<typeof getMessage> = async ({ messageId }, { caller, at }) => {
  const message = partsOfMessageId(messageId);
  const visible = await findVisible(caller.tenant, message, caller.userId, at);
  if (!visible) throw new Refusal('message.not_found');
  const [whole = visible] = await wholeOf(caller.tenant, [{ ...message, stored: visible.stored }]);
  return { body: toMessage(message.conversationId, message.seq, whole.stored) };
};
