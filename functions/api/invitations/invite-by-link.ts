import { roomOf } from '#changing/room.ts';
import { invitationIdOf } from '#contract/ids.ts';
import type { createInvitation } from '#contract/invitations.ts';
import type { Input, Output } from '#contract/route.ts';
import { refusalToInvite } from '#domain/invitation.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Answer, Request } from '#runtime/service.ts';
import { digestOf } from '#table/digest.ts';
import { type StoredInvitation, storeLink, toInvitation } from '#table/invitation.ts';
import { readInviting } from '#table/invitation-entry.ts';
import { tokenOf } from './token.ts';

/** What one call to invite is known by, and how it is counted against a rate. */
export interface Call {
  readonly operationId: string;
  readonly count: () => Promise<void>;
}

const TRIES = 4;

type Asked = Extract<Input<typeof createInvitation>, { readonly kind: 'link' }>;

/** Makes a link. With the same operation id there is one, with the same token. */
export async function inviteByLink(
  { conversationId, role, expiresIn, maxUses, userIds }: Asked,
  { caller: { tenant, userId }, at }: Request,
  { operationId, count }: Call,
): Promise<Answer<Output<typeof createInvitation>>> {
  const id = invitationIdOf(conversationId, operationId);
  const hash = digestOf([userId, role, expiresIn, maxUses, userIds]);
  const allowed = userIds && [...new Set(userIds)];
  const shown = async (stored: StoredInvitation, replayed: boolean) => ({
    body: {
      kind: 'link' as const,
      invitation: toInvitation(stored, allowed, at),
      token: await tokenOf(tenant, stored),
    },
    replayed,
  });
  let counted = false;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { head, actor, threshold, invitation } = await readInviting(tenant, conversationId, userId, id);
    if (invitation) {
      if (invitation.hash !== hash) throw new Refusal('invitation.idempotency_conflict');
      return shown(invitation, true);
    }
    const refusal = refusalToInvite(roomOf({ head, count: { members: 0, owners: 0 } }), actor, role, threshold);
    if (refusal || !actor) throw refusal ?? new Refusal('conversation.not_found');
    if (!counted) await count();
    counted = true;
    const stored: StoredInvitation = {
      id,
      conversationId,
      role,
      createdBy: userId,
      createdAt: at,
      expiresAt: at + expiresIn * 1_000,
      maxUses,
      uses: 0,
      numbers: [],
      pages: 0,
      ...(allowed ? { restricted: true } : {}),
      hash,
    };
    // What was changed meanwhile is decided anew; what was made meanwhile is found by the next reading.
    if ((await storeLink(tenant, stored, allowed, actor)) === 'stored') return shown(stored, false);
  }
  throw new Refusal('service.contended');
}
