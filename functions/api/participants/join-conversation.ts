import { commitChange } from '#changing/change-members.ts';
import { roomOf } from '#changing/room.ts';
import { MEMBER_CAP } from '#contract/conversations.ts';
import type { joinConversation } from '#contract/participants.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalToJoin, roleOnJoin } from '#domain/roles.ts';
import type { Handle } from '#runtime/service.ts';
import { grantedSeqOf, type Member } from '#table/member.ts';
import { comes, counted, forgotten } from '#table/participants-commit.ts';
import { readRoom } from '#table/participants-room.ts';

/** Joins a channel, which is open to everybody of the tenant who is not banned. Who is in already stays what they are. */
export const handleJoin: Handle<typeof joinConversation> = async ({ conversationId }, request) => {
  const { tenant, userId } = request.caller;
  let already: Member | undefined;
  const inAlready = new Refusal('service.contended');
  const joining = commitChange(
    {
      conversationId,
      asked: ['join'],
      plan: async () => {
        const state = await readRoom(tenant, conversationId, { members: [userId], standings: [userId] });
        already = state.members.get(userId);
        if (already && state.head) throw inAlready;
        const standing = state.standings.get(userId);
        const refusal = refusalToJoin(roomOf(state), standing?.ban, request.at);
        if (refusal) throw refusal;
        const cap = MEMBER_CAP.channel;
        if (state.count.members >= cap) throw new Refusal('conversation.full', { cap });
        const role = roleOnJoin(standing?.guest === true);
        return {
          body: { type: 'system', kind: 'participant_joined', userIds: [userId], roles: [{ userId, role }] },
          parts: (seq, at) => [
            counted(tenant, { conversationId, seq }, state.count, { members: 1, cap, seen: state.count }),
            comes(
              tenant,
              { userId, conversationId, role, joinedAt: at, joinedSeq: seq, addedBy: userId },
              state.count.members + 1,
            ),
            ...(standing ? [forgotten(tenant, { conversationId, userId })] : []),
          ],
        };
      },
    },
    request,
  );
  try {
    const { seq, body, replayed } = await joining;
    return { body: { userId, role: body.roles?.[0]?.role ?? 'member', seq }, replayed };
  } catch (error) {
    if (error !== inAlready || !already) throw error;
    return { body: { userId, role: already.role, seq: grantedSeqOf(already) } };
  }
};
