import { commitChange } from '#changing/change-members.ts';
import { roomOf } from '#changing/room.ts';
import type { changeRole } from '#contract/participants.ts';
import { Refusal } from '#domain/refusal.ts';
import { outranks, refusalToChangeRole, refusalToStepDown } from '#domain/roles.ts';
import type { Handle } from '#runtime/service.ts';
import { grantedSeqOf, type Member } from '#table/member.ts';
import { becomes, counted, stillIs } from '#table/participants-commit.ts';
import { readRoom } from '#table/participants-room.ts';

/** Changes a role: of somebody lower to something lower than one's own, or one's own downwards. */
export const handleChangeRole: Handle<typeof changeRole> = async ({ conversationId, userId, role }, request) => {
  const { tenant, userId: actorId } = request.caller;
  const self = userId === actorId;
  let asIs: Member | undefined;
  const unchanged = new Refusal('service.contended');
  const changing = commitChange(
    {
      conversationId,
      asked: ['role', userId, role],
      plan: async () => {
        const state = await readRoom(tenant, conversationId, { members: [actorId, userId] });
        const [room, actor, target] = [roomOf(state), state.members.get(actorId), state.members.get(userId)];
        asIs = self && target?.role === role ? target : undefined;
        if (asIs) throw unchanged;
        const refusal = self ? refusalToStepDown(room, actor, role) : refusalToChangeRole(room, actor, target, role);
        if (refusal || !actor || !target) throw refusal ?? new Refusal('participant.not_found');
        asIs = target.role === role ? target : undefined;
        if (asIs) throw unchanged;
        return {
          body: { type: 'system', kind: 'role_changed', userIds: [userId], roles: [{ userId, role }] },
          parts: (seq) => [
            ...(self ? [] : [stillIs(tenant, actor)]),
            becomes(tenant, target, role, seq),
            ...(outranks(target.role, role)
              ? [
                  counted(tenant, { conversationId, seq }, state.count, {
                    owners: target.role === 'owner' ? -1 : 0,
                    falls: true,
                  }),
                ]
              : []),
          ],
        };
      },
    },
    request,
  );
  try {
    const { seq, replayed } = await changing;
    return { body: { userId, role, seq }, replayed };
  } catch (error) {
    if (error !== unchanged || !asIs) throw error;
    return { body: { userId, role, seq: grantedSeqOf(asIs) } };
  }
};
