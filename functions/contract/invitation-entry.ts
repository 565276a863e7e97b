import * as z from 'zod';
import { ConversationType } from './conversations.ts';
import { ConversationId, Instant, UserId } from './ids.ts';
import { InvitationToken, InvitedRole } from './invitations.ts';
import { ChangeSeq } from './member-change.ts';
import { MemberRole } from './member-role.ts';
import { route } from './route.ts';

/** Why nobody, or not this user, comes in by an invitation. */
export const ENTRY_REFUSALS = [
  'invitation.not_found',
  'invitation.revoked',
  'invitation.expired',
  'invitation.declined',
  'invitation.used_up',
  'invitation.not_for_you',
  'invitation.lapsed',
  'participant.banned',
  'conversation.archived',
] as const;
/** Why a token is not even looked up. */
const TOKEN_REFUSALS = ['invitation.invalid', 'invitation.foreign'] as const;

/** What whoever is invited sees of the conversation before they are in it. */
export const InvitedTo = z.strictObject({
  id: ConversationId,
  type: ConversationType,
  name: z.string().nullable(),
  memberCount: z.int(),
});

export const previewInvitation = route({
  method: 'POST',
  path: '/invitations/preview',
  summary: 'See what a token invites to, without joining',
  permission: 'invitation:use',
  uses: ['table:batch-get', 'signing-key:read'],
  input: z.strictObject({ token: InvitationToken }),
  output: z.strictObject({
    conversation: InvitedTo,
    role: InvitedRole,
    invitedBy: UserId,
    expiresAt: Instant,
    alreadyMember: z.boolean(),
  }),
  refuses: [...TOKEN_REFUSALS, ...ENTRY_REFUSALS],
  status: 200,
});

/** What carrying out an entry does. */
export const ENTRY_USES = [
  'table:get',
  'table:batch-get',
  'table:query',
  'table:put',
  'table:update',
  'table:delete',
  'sockets:post',
  'stragglers:send',
] as const;

/** What the log refuses of a change with an Idempotency-Key. */
export const REPEAT_REFUSALS = [
  'message.client_id_reused',
  'message.client_id_ahead',
  'message.client_id_too_old',
  'service.contended',
] as const;

/** `seq`: the number that made you what you are; for whoever is in already, the earlier one. */
export const Entered = z.strictObject({
  conversationId: ConversationId,
  userId: UserId,
  role: MemberRole,
  seq: ChangeSeq,
});

export const redeemInvitation = route({
  method: 'POST',
  path: '/invitations/redeem',
  summary: 'Come in by a token; again, or for whoever is in already, it counts no use',
  permission: 'invitation:use',
  uses: [...ENTRY_USES, 'signing-key:read'],
  input: z.strictObject({ token: InvitationToken }),
  output: Entered,
  refuses: [...TOKEN_REFUSALS, ...ENTRY_REFUSALS, ...REPEAT_REFUSALS, 'conversation.full'],
  status: 200,
});

export const getInvitationKeys = route({
  method: 'GET',
  path: '/.well-known/jwks.json',
  summary: 'The public key that verifies invitation tokens, as a JSON Web Key Set (RFC 7517)',
  permission: 'invitation:keys',
  uses: ['signing-key:read'],
  input: z.strictObject({}),
  output: z.strictObject({
    keys: z.array(
      z.strictObject({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string(),
        kid: z.string(),
        alg: z.literal('EdDSA'),
        use: z.literal('sig'),
      }),
    ),
  }),
  refuses: [],
  status: 200,
});
