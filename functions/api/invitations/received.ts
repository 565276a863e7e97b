import type { Invitation } from '#contract/invitations.ts';
import type { ReceivedInvitation } from '#contract/received-invitations.ts';
import { announce } from '#delivery/announce.ts';
import { log } from '#runtime/log.ts';
import type { TenantKey } from '#table/entity.ts';
import type { StoredInvitation } from '#table/invitation.ts';
import { takeOff } from '#table/received-invitation.ts';

/** A direct invitation as its user sees it. */
export const toReceived = (
  { id, role, createdBy, createdAt, expiresAt }: StoredInvitation,
  conversation: ReceivedInvitation['conversation'],
): ReceivedInvitation => ({
  id,
  conversation,
  role,
  invitedBy: createdBy,
  createdAt: new Date(createdAt).toISOString(),
  expiresAt: new Date(expiresAt).toISOString(),
});

/** A direct invitation has been answered or withdrawn: it goes from its user's list, and both sides hear of it. */
export async function settled(
  tenant: TenantKey,
  invitation: StoredInvitation,
  state: Invitation['state'],
): Promise<void> {
  const { id, conversationId, userId, createdBy, hidden } = invitation;
  if (userId === undefined) return;
  try {
    await Promise.all([
      takeOff(tenant, invitation),
      announce(tenant, hidden ? [createdBy] : [userId, createdBy], undefined, [
        { type: 'invitation:updated', invitationId: id, conversationId, userId, state },
      ]),
    ]);
  } catch (error) {
    // It is stored; lists look at the invitation itself.
    log.error('invitation.not_settled', error, { conversationId });
  }
}
