import * as z from 'zod';
import { ConversationId, Instant, InvitationId, UserId } from './ids.ts';
import { ENTRY_REFUSALS, ENTRY_USES, Entered, InvitedTo, REPEAT_REFUSALS } from './invitation-entry.ts';
import { InvitationState, InvitedRole } from './invitations.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';

/** An invitation as the user it is for sees it. */
export const ReceivedInvitation = z
  .strictObject({
    id: InvitationId,
    conversation: InvitedTo,
    role: InvitedRole,
    invitedBy: UserId,
    createdAt: Instant,
    expiresAt: Instant,
  })
  .meta({ id: 'ReceivedInvitation' });
export type ReceivedInvitation = z.output<typeof ReceivedInvitation>;

export const listReceived = route({
  method: 'GET',
  path: '/me/invitations',
  aliases: [{ method: 'GET', path: '/users/me/invitations' }],
  summary: 'List the open invitations made to you directly; a page may hold fewer than asked for',
  permission: 'invitation:use',
  uses: ['table:batch-get', 'table:query', 'signing-key:read'],
  input: z.strictObject({ limit: Limit, cursor: Cursor.optional() }),
  output: page(ReceivedInvitation),
  refuses: ['request.cursor_invalid'],
  status: 200,
});

const One = z.strictObject({ invitationId: InvitationId });

export const acceptInvitation = route({
  method: 'POST',
  path: '/invitations/{invitationId}/accept',
  summary: 'Come in by an invitation made to you; again it changes nothing',
  permission: 'invitation:use',
  uses: ENTRY_USES,
  input: One,
  output: Entered,
  refuses: [...ENTRY_REFUSALS, ...REPEAT_REFUSALS, 'conversation.full'],
  status: 200,
});

export const declineInvitation = route({
  method: 'POST',
  path: '/invitations/{invitationId}/decline',
  summary: 'Decline an invitation made to you; again it changes nothing',
  permission: 'invitation:use',
  uses: ['table:batch-get', 'table:update', 'table:delete', 'sockets:post', 'stragglers:send'],
  input: One,
  output: z.strictObject({ id: InvitationId, conversationId: ConversationId, state: InvitationState }),
  refuses: ['invitation.not_found', 'invitation.revoked', 'invitation.expired', 'invitation.used_up'],
  status: 200,
});
