import { roomOf } from '#changing/room.ts';
import { partsOfInvitationId } from '#contract/ids.ts';
import { refusalToHandle } from '#domain/invitation.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Request } from '#runtime/service.ts';
import type { StoredInvitation } from '#table/invitation.ts';
import { readInviting } from '#table/invitation-entry.ts';
import type { Member } from '#table/member.ts';

/** An invitation, and a member who may see and withdraw it. */
export interface Handled {
  readonly invitation: StoredInvitation;
  readonly allowed: readonly string[] | undefined;
  readonly actor: Member;
}

/** Raises `conversation.not_found`, and `invitation.not_found` also where it is not the caller's to see. */
export async function findHandled(
  { conversationId, invitationId }: { readonly conversationId: string; readonly invitationId: string },
  { tenant, userId }: Request['caller'],
): Promise<Handled> {
  const { head, actor, invitation, allowed } = await readInviting(tenant, conversationId, userId, invitationId);
  const room = roomOf({ head, count: { members: 0, owners: 0 } });
  const refusal = refusalToHandle(room, actor, invitation?.createdBy === userId);
  if (refusal) throw refusal;
  if (!actor || !invitation || partsOfInvitationId(invitationId).conversationId !== conversationId)
    throw new Refusal('invitation.not_found');
  return { invitation, allowed, actor };
}
