import { invitationsApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleAcceptInvitation, handleDeclineInvitation } from './answer-invitation.ts';
import { handleCreateInvitation } from './create-invitation.ts';
import { handleGetKeys } from './get-keys.ts';
import { handleListInvitations } from './list-invitations.ts';
import { handleListReceived } from './list-received.ts';
import { handleListUses } from './list-uses.ts';
import { handlePreview } from './preview.ts';
import { handleRedeem } from './redeem.ts';
import { handleRevoke } from './revoke-invitation.ts';

export const handler = service(invitationsApi, {
  createInvitation: handleCreateInvitation,
  listInvitations: handleListInvitations,
  revokeInvitation: handleRevoke,
  listUses: handleListUses,
  previewInvitation: handlePreview,
  redeemInvitation: handleRedeem,
  listReceived: handleListReceived,
  acceptInvitation: handleAcceptInvitation,
  declineInvitation: handleDeclineInvitation,
  getInvitationKeys: handleGetKeys,
});
