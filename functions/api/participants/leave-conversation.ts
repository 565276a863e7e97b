import { commitChange } from '#changing/change-members.ts';
import { exitOf, roomOf } from '#changing/room.ts';
import type { leaveConversation } from '#contract/participants.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalToLeave } from '#domain/roles.ts';
import type { Handle } from '#runtime/service.ts';
import { counted } from '#table/participants-commit.ts';
import { readRoom } from '#table/participants-room.ts';

export const handleLeave: Handle<typeof leaveConversation> = async ({ conversationId }, request) => {
  const { tenant, userId } = request.caller;
  const { seq, replayed } = await commitChange(
    {
      conversationId,
      asked: ['leave'],
      plan: async () => {
        const state = await readRoom(tenant, conversationId, { members: [userId] });
        const member = state.members.get(userId);
        const refusal = refusalToLeave(roomOf(state), member);
        if (refusal || !member) throw refusal ?? new Refusal('conversation.not_found');
        return {
          body: { type: 'system', kind: 'participant_left', userIds: [userId] },
          parts: (seq) => [
            counted(tenant, { conversationId, seq }, state.count, {
              members: -1,
              owners: member.role === 'owner' ? -1 : 0,
              standings: member.role === 'guest',
              falls: true,
            }),
            ...exitOf(tenant, member, seq),
          ],
        };
      },
    },
    request,
  );
  return { body: { userId, seq }, replayed };
};
