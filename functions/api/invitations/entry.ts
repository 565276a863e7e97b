import { roomOf } from '#changing/room.ts';
import { partsOfInvitationId } from '#contract/ids.ts';
import type { Entry } from '#domain/invitation.ts';
import type { Head } from '#table/conversation.ts';
import type { EntryState } from '#table/invitation-entry.ts';

/** What was read, as the rules of `domain/invitation.ts` see it. */
export const entryOf = (state: EntryState, userId: string): Entry => ({
  invitation: state.invitation,
  userId,
  allowed: state.allowed,
  room: roomOf(state),
  ban: state.standing?.ban,
  inviter: state.inviter,
  threshold: state.threshold,
});

/** A conversation as whoever is invited sees it. */
export const invitedTo = (invitationId: string, { type, name }: Head, memberCount: number) => ({
  id: partsOfInvitationId(invitationId).conversationId,
  type,
  name: name ?? null,
  memberCount,
});
