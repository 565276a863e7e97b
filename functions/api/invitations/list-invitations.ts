import { roomOf } from '#changing/room.ts';
import type { listInvitations } from '#contract/invitations.ts';
import { refusalToHandle } from '#domain/invitation.ts';
import { Refusal } from '#domain/refusal.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { findAllowed, listStored, toInvitation } from '#table/invitation.ts';
import { readInviting } from '#table/invitation-entry.ts';

export const handleListInvitations: Handle<typeof listInvitations> = async (
  { conversationId, limit, cursor },
  { caller: { tenant, userId }, at },
) => {
  const key = await signingKey('cursor');
  const list = `invitations\n${tenant}\n${userId}\n${conversationId}`;
  const before = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { head, actor } = await readInviting(tenant, conversationId, userId);
  const room = roomOf({ head, count: { members: 0, owners: 0 } });
  if (!room || !actor) throw new Refusal('conversation.not_found');
  const { invitations, more } = await listStored(tenant, conversationId, { before, limit });
  const last = invitations.at(-1);
  const shown = invitations.filter(({ createdBy }) => !refusalToHandle(room, actor, createdBy === userId));
  const allowed = await findAllowed(tenant, shown);
  return {
    body: {
      items: shown.map((invitation) => toInvitation(invitation, allowed.get(invitation.id), at)),
      nextCursor: more && last ? cursorFor(key, list, [last.id]) : null,
    },
  };
};
