import type { previewInvitation } from '#contract/invitation-entry.ts';
import { refusalToEnter } from '#domain/invitation.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { readEntry } from '#table/invitation-entry.ts';
import { entryOf, invitedTo } from './entry.ts';
import { passFor } from './token.ts';

/** What a token invites to, for whoever may come in by it or is in already. */
export const handlePreview: Handle<typeof previewInvitation> = async ({ token }, { caller, at }) => {
  const pass = await passFor(token, caller);
  const state = await readEntry(caller.tenant, pass.invitationId, caller.userId);
  const { invitation, head, count, actor } = state;
  if (!invitation && at >= pass.expiresAt) throw new Refusal('invitation.expired');
  const refusal = actor ? undefined : refusalToEnter(entryOf(state, caller.userId), at);
  if (refusal || !invitation || !head) throw refusal ?? new Refusal('invitation.not_found');
  return {
    body: {
      conversation: invitedTo(invitation.id, head, count.members),
      role: invitation.role,
      invitedBy: invitation.createdBy,
      expiresAt: new Date(invitation.expiresAt).toISOString(),
      alreadyMember: actor !== undefined,
    },
  };
};
