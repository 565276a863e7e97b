import { commitChange } from '#changing/change-members.ts';
import { roomOf } from '#changing/room.ts';
import type { banParticipant } from '#contract/participants.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalToBan } from '#domain/roles.ts';
import type { Handle } from '#runtime/service.ts';
import { counted, goes, isOutside, remembered, stillIs } from '#table/participants-commit.ts';
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
        const guest = target ? target.role === 'guest' : standing?.guest;
        return {
          body: { type: 'system', kind: 'participant_banned', userIds: [userId], until },
          parts: (_, at) => [
            stillIs(tenant, actor),
            counted(tenant, conversationId, {
              members: target ? -1 : 0,
              seen: state.count,
              standings: true,
              falls: true,
            }),
            target ? goes(tenant, target) : isOutside(tenant, { conversationId, userId }),
            remembered(tenant, conversationId, {
              userId,
              ...(guest ? { guest } : {}),
              ban: { by: actorId, byRole: actor.role, at, until: ends, reason },
            }),
          ],
        };
      },
    },
    request,
  );
  return { body: { userId, seq }, replayed };
};
