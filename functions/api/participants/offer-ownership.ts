import { commitChange } from '#changing/change-members.ts';
import { roomOf } from '#changing/room.ts';
import { OFFER_DAYS, type offerOwnership, type withdrawOwnership } from '#contract/ownership.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalToOffer, refusalToWithdraw } from '#domain/roles.ts';
import type { Handle } from '#runtime/service.ts';
import { grantedSeqOf } from '#table/member.ts';
import { counted, stillIs } from '#table/participants-commit.ts';
import { offered, offerTaken } from '#table/participants-ownership.ts';
import { readRoom } from '#table/participants-room.ts';

const OFFER_MS = OFFER_DAYS * 24 * 3_600_000;

/** First step of handing over: nobody becomes an owner without wanting to. */
export const handleOffer: Handle<typeof offerOwnership> = async ({ conversationId, userId, stepDown }, request) => {
  const { tenant, userId: actorId } = request.caller;
  const until = (at: number): string => new Date(at + OFFER_MS).toISOString();
  const { seq, body, replayed } = await commitChange(
    {
      conversationId,
      asked: ['offer', userId, stepDown],
      plan: async () => {
        const state = await readRoom(tenant, conversationId, { members: [actorId, userId] });
        const [actor, target] = [state.members.get(actorId), state.members.get(userId)];
        const refusal = refusalToOffer(roomOf(state), actor, target);
        if (refusal || !actor) throw refusal ?? new Refusal('conversation.not_found');
        return {
          body: { type: 'system', kind: 'ownership_offered', userIds: [userId], until: until(request.at) },
          parts: (seq) => [
            stillIs(tenant, actor),
            counted(tenant, { conversationId, seq }, state.count, {}),
            offered(tenant, conversationId, {
              from: actorId,
              to: userId,
              stepDown,
              at: request.at,
              expiresAt: request.at + OFFER_MS,
              fromGrantedSeq: grantedSeqOf(actor),
            }),
          ],
        };
      },
    },
    request,
  );
  return { body: { userId, expiresAt: body.until ?? until(request.at), seq }, replayed };
};

/** Takes an offer back (an owner), or declines it (the one it was made to). */
export const handleWithdraw: Handle<typeof withdrawOwnership> = async ({ conversationId, userId }, request) => {
  const { tenant, userId: actorId } = request.caller;
  const { seq, replayed } = await commitChange(
    {
      conversationId,
      asked: ['withdraw', userId],
      plan: async () => {
        const state = await readRoom(tenant, conversationId, { members: [actorId], offers: [userId] });
        const [actor, offer] = [state.members.get(actorId), state.offers.get(userId)];
        const refusal = refusalToWithdraw(roomOf(state), actor, offer, userId === actorId, request.at);
        if (refusal || !actor || !offer) throw refusal ?? new Refusal('ownership.not_offered');
        return {
          body: { type: 'system', kind: 'ownership_withdrawn', userIds: [userId] },
          parts: (seq) => [
            stillIs(tenant, actor),
            counted(tenant, { conversationId, seq }, state.count, {}),
            offerTaken(tenant, conversationId, offer),
          ],
        };
      },
    },
    request,
  );
  return { body: { userId, seq }, replayed };
};
