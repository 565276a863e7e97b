import type { listUses } from '#contract/invitations.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { usesOf } from '#table/invitation-uses.ts';
import { findHandled } from './one-invitation.ts';

export const handleListUses: Handle<typeof listUses> = async ({ limit, cursor, ...place }, { caller }) => {
  const key = await signingKey('cursor');
  const list = `uses\n${caller.tenant}\n${caller.userId}\n${place.conversationId}\n${place.invitationId}`;
  const from = cursor === undefined ? 0 : Number(positionOf(key, list, cursor)[0]);
  const { invitation } = await findHandled(place, caller);
  const uses = await usesOf(caller.tenant, invitation, from, limit);
  return {
    body: {
      items: uses.map(({ seq, entry }) => ({ userId: entry.u, usedAt: new Date(entry.a).toISOString(), seq })),
      nextCursor: from + limit < invitation.uses ? cursorFor(key, list, [from + limit]) : null,
    },
  };
};
