import { commitChange } from '#changing/change-members.ts';
import { roomOf } from '#changing/room.ts';
import type { unbanParticipant } from '#contract/participants.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalToUnban } from '#domain/roles.ts';
import type { Handle } from '#runtime/service.ts';
import { counted, forgotten, remembered, stillIs } from '#table/participants-commit.ts';
import { readRoom } from '#table/participants-room.ts';

export const handleUnban: Handle<typeof unbanParticipant> = async ({ conversationId, userId }, request) => {
  const { tenant, userId: actorId } = request.caller;
  const { seq, replayed } = await commitChange(
    {
      conversationId,
      asked: ['unban', userId],
      plan: async () => {
        const state = await readRoom(tenant, conversationId, { members: [actorId], standings: [userId] });
        const actor = state.members.get(actorId);
        const standing = state.standings.get(userId);
        const refusal = refusalToUnban(roomOf(state), actor, standing?.ban, request.at);
        if (refusal || !actor) throw refusal ?? new Refusal('conversation.not_found');
        return {
          body: { type: 'system', kind: 'participant_unbanned', userIds: [userId] },
          parts: (seq) => [
            stillIs(tenant, actor),
            counted(tenant, { conversationId, seq }, state.count, { seen: state.count, standings: true }),
            standing?.guest
              ? remembered(tenant, conversationId, { userId, guest: true })
              : forgotten(tenant, { conversationId, userId }),
          ],
        };
      },
    },
    request,
  );
  return { body: { userId, seq }, replayed };
};
