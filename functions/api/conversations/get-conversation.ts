import type { getConversation } from '#contract/conversations.ts';
import { Refusal } from '#domain/refusal.ts';
import { count } from '#runtime/metrics.ts';
import type { Handle } from '#runtime/service.ts';
import { rulesOf } from '#table/tenant-settings.ts';
import { countUnread } from '#table/unread.ts';
import { findStanding } from '#table/watermark.ts';
import { toMyConversation } from './my-conversation.ts';

export const handleGetConversation: Handle<typeof getConversation> = async ({ conversationId }, { caller, at }) => {
  const standing = await findStanding(caller.tenant, conversationId, caller.userId);
  if (!standing) throw new Refusal('conversation.not_found');
  const { head, member } = standing;
  const [unread, { retention }] = await Promise.all([
    countUnread(caller.tenant, conversationId, head, member, at),
    rulesOf(caller.tenant, at),
  ]);
  count('unread');
  return { body: toMyConversation(member, head, unread, { at, retention }) };
};
