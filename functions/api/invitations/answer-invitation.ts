import type { acceptInvitation, declineInvitation } from '#contract/received-invitations.ts';
import { stateOf } from '#domain/invitation.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { decline, type StoredInvitation } from '#table/invitation.ts';
import { findInvitation } from '#table/invitation-entry.ts';
import { enter } from './enter.ts';
import { settled } from './received.ts';

/** True when it was made to this user, and they were to see it. A link is accepted by its token only. */
const isFor = (invitation: StoredInvitation | undefined, userId: string): invitation is StoredInvitation =>
  invitation?.userId === userId && !invitation.hidden;

export const handleAcceptInvitation: Handle<typeof acceptInvitation> = async ({ invitationId }, request) => {
  const { tenant, userId } = request.caller;
  const { answer, used } = await enter(invitationId, request, ({ invitation }) =>
    isFor(invitation, userId) ? undefined : new Refusal('invitation.not_found'),
  );
  if (used) await settled(tenant, used, 'used_up');
  return answer;
};

const TRIES = 4;

export const handleDeclineInvitation: Handle<typeof declineInvitation> = async (
  { invitationId },
  { caller: { tenant, userId }, at },
) => {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const invitation = await findInvitation(tenant, invitationId);
    if (!isFor(invitation, userId)) throw new Refusal('invitation.not_found');
    const state = stateOf(invitation, at);
    const body = { id: invitationId, conversationId: invitation.conversationId, state: 'declined' } as const;
    if (state === 'declined') return { body, replayed: true };
    if (state !== 'open') throw new Refusal(`invitation.${state}`);
    if (!(await decline(tenant, invitationId, at))) continue;
    await settled(tenant, invitation, 'declined');
    return { body };
  }
  throw new Refusal('service.contended');
};
