import type { getConversation } from '#contract/conversations.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { toConversation } from '#table/conversation.ts';
import { findHeadFor } from '#table/conversation-list.ts';

export const handleGetConversation: Handle<typeof getConversation> = async ({ conversationId }, { caller }) => {
  const { head, member } = await findHeadFor(caller.tenant, conversationId, caller.userId);
  if (!head || !member) throw new Refusal('conversation.not_found');
  return { body: toConversation(conversationId, head, member.role) };
};
