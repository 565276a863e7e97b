import { type createInvitation, INVITATIONS_AN_HOUR } from '#contract/invitations.ts';
import { TooOften } from '#domain/rate-limit.ts';
import { mintClientId, parseOperationId } from '#runtime/operation-id.ts';
import type { Handle, Request } from '#runtime/service.ts';
import { spend } from '#table/rate-bucket.ts';
import { inviteByLink } from './invite-by-link.ts';
import { inviteDirectly } from './invite-directly.ts';

const RATE = { limit: INVITATIONS_AN_HOUR, windowSeconds: 3_600, burst: INVITATIONS_AN_HOUR } as const;

/** Counts an invitation against the rate of who invites. Raises `invitation.rate_limited`. */
async function countInvitation({ caller: { tenant, userId }, at }: Request): Promise<void> {
  const { ok, quota } = await spend(tenant, { userId, counted: 'invitations' }, RATE, at);
  if (!ok) throw new TooOften('invitation.rate_limited', quota);
}

export const handleCreateInvitation: Handle<typeof createInvitation> = async (input, request) => {
  const operationId = parseOperationId(request.idempotencyKey) ?? mintClientId();
  const count = () => countInvitation(request);
  return input.kind === 'link'
    ? inviteByLink(input, request, { operationId, count })
    : inviteDirectly(input, request, { operationId, count });
};
