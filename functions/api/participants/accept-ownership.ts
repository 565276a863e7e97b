import { commitChange } from '#changing/change-members.ts';
import { roomOf } from '#changing/room.ts';
import type { acceptOwnership } from '#contract/ownership.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalToAccept } from '#domain/roles.ts';
import type { Handle } from '#runtime/service.ts';
import { grantedSeqOf } from '#table/member.ts';
import { becomes, counted, stillIs } from '#table/participants-commit.ts';
import { offerTaken } from '#table/participants-ownership.ts';
import { readRoom } from '#table/participants-room.ts';

/** Second step of handing over: both change in one transaction, while who offered still is an owner. */
export const handleAccept: Handle<typeof acceptOwnership> = async ({ conversationId }, request) => {
  const { tenant, userId } = request.caller;
  const { seq, replayed } = await commitChange(
    {
      conversationId,
      asked: ['accept'],
      plan: async () => {
        const { offers } = await readRoom(tenant, conversationId, { members: [], offers: [userId] });
        const offer = offers.get(userId);
        const state = await readRoom(tenant, conversationId, { members: [userId, ...(offer ? [offer.from] : [])] });
        const member = state.members.get(userId);
        const found = offer && state.members.get(offer.from);
        // An owner who lost it since and has it again has made no offer as what they are now.
        const from = found && grantedSeqOf(found) === offer.fromGrantedSeq ? found : undefined;
        const refusal = refusalToAccept(roomOf(state), member, offer, from, request.at);
        if (refusal || !member || !offer || !from) throw refusal ?? new Refusal('ownership.not_offered');
        const { stepDown } = offer;
        return {
          body: {
            type: 'system',
            kind: 'ownership_taken',
            userIds: [userId],
            roles: [{ userId, role: 'owner' }, ...(stepDown ? [{ userId: from.userId, role: 'admin' as const }] : [])],
          },
          parts: (seq) => [
            becomes(tenant, member, 'owner', seq),
            stepDown ? becomes(tenant, from, 'admin', seq) : stillIs(tenant, from),
            counted(tenant, { conversationId, seq }, state.count, stepDown ? { falls: true } : { owners: 1 }),
            offerTaken(tenant, conversationId, offer),
          ],
        };
      },
    },
    request,
  );
  return { body: { userId, role: 'owner', seq }, replayed };
};
