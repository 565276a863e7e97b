import type { listParticipants } from '#contract/participants.ts';
import { Refusal } from '#domain/refusal.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { findMember, listMembers } from '#table/member.ts';

export const handleListParticipants: Handle<typeof listParticipants> = async (
  { conversationId, limit, cursor },
  { caller },
) => {
  const { tenant, userId } = caller;
  const key = await signingKey('cursor');
  const list = `participants\n${tenant}\n${userId}\n${conversationId}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  if (!(await findMember(tenant, conversationId, userId))) throw new Refusal('conversation.not_found');
  const { members, more } = await listMembers(tenant, conversationId, { after, limit });
  const last = members.at(-1);
  return {
    body: {
      items: members.map((member) => ({
        userId: member.userId,
        role: member.role,
        joinedAt: new Date(member.joinedAt).toISOString(),
        addedBy: member.addedBy,
      })),
      nextCursor: more && last ? cursorFor(key, list, [last.userId]) : null,
    },
  };
};
