import type { redeemInvitation } from '#contract/invitation-entry.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { enter } from './enter.ts';
import { passFor } from './token.ts';

export const handleRedeem: Handle<typeof redeemInvitation> = async ({ token }, request) => {
  const { invitationId, expiresAt } = await passFor(token, request.caller);
  const { answer } = await enter(invitationId, request, ({ invitation, actor }) =>
    // What has expired goes some time later; the token still says what it was.
    invitation || actor || request.at < expiresAt ? undefined : new Refusal('invitation.expired'),
  );
  return answer;
};
