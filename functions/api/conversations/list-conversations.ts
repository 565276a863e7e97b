import type { listConversations } from '#contract/conversations.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { toConversation } from '#table/conversation.ts';
import { headsOf } from '#table/conversation-list.ts';
import { listMemberships } from '#table/member.ts';

/** A page of the caller's conversations: one query of the by-user index, one batch of heads. */
export const handleListConversations: Handle<typeof listConversations> = async ({ limit, cursor }, { caller }) => {
  const { tenant, userId } = caller;
  const key = await signingKey('cursor');
  const list = `conversations\n${tenant}\n${userId}`;
  const before = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { memberships, more } = await listMemberships(tenant, userId, { before, limit });
  const heads = await headsOf(
    tenant,
    memberships.map(({ member }) => member.conversationId),
  );
  const items = memberships.flatMap(({ member }) => {
    const head = heads.get(member.conversationId);
    return head ? [toConversation(member.conversationId, head, member.role)] : [];
  });
  const last = memberships.at(-1);
  return { body: { items, nextCursor: more && last ? cursorFor(key, list, [last.place]) : null } };
};
