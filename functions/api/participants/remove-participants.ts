import { commitChange, type Plan } from '#changing/change-members.ts';
import { exitOf, roomOf } from '#changing/room.ts';
import type { removeParticipant, removeParticipants } from '#contract/participants.ts';
import type { Output } from '#contract/route.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalToManage, refusalToRemove } from '#domain/roles.ts';
import { mintClientId, parseOperationId, partOfOperation } from '#runtime/operation-id.ts';
import type { Handle, Request } from '#runtime/service.ts';
import type { TenantKey } from '#table/entity.ts';
import type { Member } from '#table/member.ts';
import { counted, stillIs } from '#table/participants-commit.ts';
import { type RoomState, readRoom } from '#table/participants-room.ts';
import { handleLeave } from './leave-conversation.ts';

/** Users removed with one number and one transaction; with three more items and what is remembered it stays below 100. */
const MOST_AT_ONCE = 48;

const removalOf = (tenant: TenantKey, { count }: RoomState, actor: Member, members: readonly Member[]): Plan => ({
  body: { type: 'system', kind: 'participants_removed', userIds: members.map(({ userId }) => userId) },
  parts: (seq) => [
    stillIs(tenant, actor),
    counted(tenant, { conversationId: actor.conversationId, seq }, count, {
      members: -members.length,
      standings: members.some(({ role }) => role === 'guest'),
      falls: true,
    }),
    ...members.flatMap((member) => exitOf(tenant, member, seq)),
  ],
});

/** Removes one participant; who names themselves leaves. */
export const handleRemoveParticipant: Handle<typeof removeParticipant> = async (
  { conversationId, userId },
  request,
) => {
  const { tenant, userId: actorId } = request.caller;
  if (userId === actorId) return handleLeave({ conversationId }, request);
  const { seq, replayed } = await commitChange(
    {
      conversationId,
      asked: ['remove', userId],
      plan: async () => {
        const state = await readRoom(tenant, conversationId, { members: [actorId, userId] });
        const [actor, target] = [state.members.get(actorId), state.members.get(userId)];
        const refusal = refusalToRemove(roomOf(state), actor, target);
        if (refusal || !actor || !target) throw refusal ?? new Refusal('participant.not_found');
        return removalOf(tenant, state, actor, [target]);
      },
    },
    request,
  );
  return { body: { userId, seq }, replayed };
};

type Result = Output<typeof removeParticipants>['results'][number];

/** Removes those who may be removed and reports each. */
export const handleRemoveParticipants: Handle<typeof removeParticipants> = async (
  { conversationId, userIds },
  request,
) => {
  const operationId = parseOperationId(request.idempotencyKey) ?? mintClientId();
  const unique = [...new Set(userIds)];
  const results: Result[] = [];
  for (let from = 0; from < unique.length; from += MOST_AT_ONCE) {
    const some = unique.slice(from, from + MOST_AT_ONCE);
    results.push(
      ...(await removeSome(request, conversationId, some, partOfOperation(operationId, from / MOST_AT_ONCE))),
    );
  }
  return { body: { results } };
};

async function removeSome(
  request: Request,
  conversationId: string,
  userIds: readonly string[],
  operationId: string,
): Promise<Result[]> {
  const { tenant, userId: actorId } = request.caller;
  /** Nobody is left to remove: the caller hears why of each. */
  const nobody = new Refusal('participant.not_found');
  let untouchable: ReadonlySet<string> = new Set();
  const plan = async (): Promise<Plan> => {
    const state = await readRoom(tenant, conversationId, { members: [actorId, ...userIds] });
    const [room, actor] = [roomOf(state), state.members.get(actorId)];
    const refusal = refusalToManage(room, actor);
    if (refusal || !actor) throw refusal ?? nobody;
    const members = userIds.flatMap((userId) => state.members.get(userId) ?? []);
    const going = members.filter((member) => !refusalToRemove(room, actor, member));
    untouchable = new Set(members.filter((member) => !going.includes(member)).map(({ userId }) => userId));
    if (going.length === 0) throw nobody;
    return removalOf(tenant, state, actor, going);
  };
  let removed: readonly string[] = [];
  try {
    ({ userIds: removed } = (
      await commitChange({ conversationId, asked: ['remove', userIds], plan, operationId }, request)
    ).body);
  } catch (error) {
    if (error !== nobody) throw error;
  }
  return userIds.map((userId) => ({
    userId,
    status: removed.includes(userId) ? 'removed' : untouchable.has(userId) ? 'forbidden' : 'not_member',
  }));
}
