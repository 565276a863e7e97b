import { banPlan } from '#changing/ban-member.ts';
import { commitChange } from '#changing/change-members.ts';
import { roomOf } from '#changing/room.ts';
import type { banParticipant } from '#contract/participants.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalToBan } from '#domain/roles.ts';
import type { Handle } from '#runtime/service.ts';
import { stillIs } from '#table/participants-commit.ts';
import { readRoom } from '#table/participants-room.ts';

/** Bans a user: out, and kept out. A ban that is there already is replaced. */
export const handleBan: Handle<typeof banParticipant> = async ({ conversationId, userId, until, reason }, request) => {
  const { tenant, userId: actorId } = request.caller;
  const ends = until === undefined ? undefined : Date.parse(until);
  if (ends !== undefined && ends <= request.at)
    throw new Refusal('request.invalid', { issues: [{ path: 'until', message: 'a time in the future' }] });
  const { seq, replayed } = await commitChange(
    {
      conversationId,
      asked: ['ban', userId, until, reason],
      plan: async () => {
        const state = await readRoom(tenant, conversationId, { members: [actorId, userId], standings: [userId] });
        const [actor, target] = [state.members.get(actorId), state.members.get(userId)];
        const standing = state.standings.get(userId);
        const refusal = refusalToBan(roomOf(state), actor, target, standing?.ban, request.at);
        if (refusal || !actor) throw refusal ?? new Refusal('conversation.not_found');
        return banPlan(tenant, {
          conversationId,
          userId,
          state,
          ban: { by: actorId, byRole: actor.role, until: ends, reason },
          guards: [stillIs(tenant, actor)],
        });
      },
    },
    request,
  );
  return { body: { userId, seq }, replayed };
};
