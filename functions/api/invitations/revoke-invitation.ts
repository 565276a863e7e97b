import type { revokeInvitation } from '#contract/invitations.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { revoke, toInvitation } from '#table/invitation.ts';
import { findHandled } from './one-invitation.ts';
import { settled } from './received.ts';

const TRIES = 4;

/** Withdraws an invitation; one that was withdrawn stays so, and is answered like it. */
export const handleRevoke: Handle<typeof revokeInvitation> = async (input, { caller, at }) => {
  const { tenant, userId } = caller;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { invitation, allowed, actor } = await findHandled(input, caller);
    if (invitation.revoked) return { body: toInvitation(invitation, allowed, at), replayed: true };
    if (!(await revoke(tenant, invitation.id, actor, at))) continue;
    await settled(tenant, invitation, 'revoked');
    return { body: toInvitation({ ...invitation, revoked: { by: userId, at } }, allowed, at) };
  }
  throw new Refusal('service.contended');
};
