import { Refusal } from '#domain/refusal.ts';
import { type Pass, passIn, signPass } from '#gateways/invitation-token.ts';
import type { Caller } from '#runtime/caller.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import type { StoredInvitation } from '#table/invitation.ts';

/** The token of a link: always the same one, so that none is stored. */
export const tokenOf = (tenant: TenantKey, { id, conversationId, createdAt, expiresAt }: StoredInvitation) =>
  signPass({ tenantId: tenantIdOf(tenant), conversationId, invitationId: id, createdAt, expiresAt });

/**
 * What a token says, for a user of the tenant it was made in. Before anything is read: a foreign token tells nothing but what
 * stands in it. Raises `invitation.invalid`, `invitation.foreign`.
 */
export async function passFor(token: string, { tenant }: Caller): Promise<Pass> {
  const pass = await passIn(token);
  if (!pass) throw new Refusal('invitation.invalid');
  if (pass.tenantId !== tenantIdOf(tenant)) throw new Refusal('invitation.foreign');
  return pass;
}
