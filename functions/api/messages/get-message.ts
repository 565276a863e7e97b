import { partsOfMessageId } from '#contract/ids.ts';
import type { getMessage } from '#contract/messages.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { findMember } from '#table/member.ts';
import { findStoredMessage, toMessage } from '#table/message.ts';

export const handleGetMessage: Handle<typeof getMessage> = async ({ messageId }, { caller }) => {
  const { conversationId, seq } = partsOfMessageId(messageId);
  const [member, stored] = await Promise.all([
    findMember(caller.tenant, conversationId, caller.userId),
    findStoredMessage(caller.tenant, { conversationId, seq }),
  ]);
  if (!member || !stored) throw new Refusal('message.not_found');
  return { body: toMessage(conversationId, seq, stored) };
};
