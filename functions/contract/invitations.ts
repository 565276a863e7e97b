import * as z from 'zod';
import { MEMBER_CAP } from './conversations.ts';
import { ConversationId, Instant, InvitationId, UserId } from './ids.ts';
import { ChangeSeq, Place } from './member-change.ts';
import { MemberRole } from './member-role.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { MANAGES, READS } from './within.ts';

/** Seconds that an invitation may stand: five minutes to ninety days; a week when nobody says. */
export const INVITATION_SECONDS = { least: 300, most: 90 * 86_400, usual: 7 * 86_400 } as const;
/** Users that one call may invite, or that a link may be kept for. */
export const MAX_INVITED = { direct: 20, allowed: 100 } as const;
/** Invitations a user may make in an hour, and at once. */
export const INVITATIONS_AN_HOUR = 60;

/** Nobody is invited to be an owner: ownership is offered. */
export const InvitedRole = MemberRole.exclude(['owner']);

/** A compact JWT. It travels in bodies only: what stands in an address ends up in logs. */
export const InvitationToken = z.string().min(20).max(2_048);

/** A link is for whoever holds its token; a direct invitation is for one user, who finds it in their list. */
const Kind = z.enum(['link', 'direct']);

/** Where an invitation stands. `used_up`: by as many as may; a direct one was accepted. */
export const InvitationState = z.enum(['open', 'used_up', 'declined', 'revoked', 'expired']);

export const Invitation = z
  .strictObject({
    id: InvitationId,
    conversationId: ConversationId,
    kind: Kind,
    role: InvitedRole,
    state: InvitationState,
    createdBy: UserId,
    createdAt: Instant,
    expiresAt: Instant,
    /** Users who may come in by it; null: as many as the conversation takes. */
    maxUses: z.int().nullable(),
    /** Users who did; exact. */
    uses: z.int(),
    /** For whom alone it is; null for everybody of the tenant who has the token. */
    userIds: z.array(UserId).nullable(),
    revokedBy: UserId.nullable(),
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.output<typeof Invitation>;

const shared = {
  conversationId: ConversationId,
  /** Below one's own, or `member`; `guest` in channels. */
  role: InvitedRole.default('member'),
  /** Seconds it stands. */
  expiresIn: z.int().min(INVITATION_SECONDS.least).max(INVITATION_SECONDS.most).default(INVITATION_SECONDS.usual),
};

export const createInvitation = route({
  method: 'POST',
  path: '/conversations/{conversationId}/invitations',
  summary: 'Invite: by a link with a signed token, or named users directly; the same Idempotency-Key makes it once',
  permission: 'invitation:write',
  within: MANAGES,
  uses: [
    'table:batch-get',
    'table:get',
    'table:put',
    'table:check',
    'table:update',
    'signing-key:read',
    'sockets:post',
    'stragglers:send',
  ],
  input: z.discriminatedUnion('kind', [
    z.strictObject({
      ...shared,
      kind: z.literal('link'),
      maxUses: z.int().min(1).max(MEMBER_CAP.channel).optional(),
      userIds: z.array(UserId).min(1).max(MAX_INVITED.allowed).optional(),
    }),
    z.strictObject({ ...shared, kind: z.literal('direct'), userIds: z.array(UserId).min(1).max(MAX_INVITED.direct) }),
  ]),
  output: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('link'),
      invitation: Invitation,
      /** For a link of the client's own making; the service shows it here only. */
      token: InvitationToken,
    }),
    z.strictObject({
      kind: z.literal('direct'),
      results: z.array(
        z.strictObject({
          userId: UserId,
          status: z.enum(['invited', 'already_invited', 'already_member', 'banned']),
          invitationId: InvitationId.nullable(),
        }),
      ),
    }),
  ]),
  refuses: [
    'conversation.not_found',
    'conversation.archived',
    'participant.direct_fixed',
    'participant.forbidden',
    'participant.role_unsupported',
    'invitation.role_too_high',
    'invitation.idempotency_conflict',
    'invitation.rate_limited',
    'service.contended',
  ],
  status: 201,
});

export const listInvitations = route({
  method: 'GET',
  path: '/conversations/{conversationId}/invitations',
  summary:
    'List invitations, newest first: owners and admins all, others their own; a page may hold fewer than asked for',
  permission: 'invitation:read',
  within: READS,
  uses: ['table:batch-get', 'table:query', 'signing-key:read'],
  input: Place.extend({ limit: Limit, cursor: Cursor.optional() }),
  output: page(Invitation),
  refuses: ['conversation.not_found', 'request.cursor_invalid'],
  status: 200,
});

const One = Place.extend({ invitationId: InvitationId });

export const revokeInvitation = route({
  method: 'DELETE',
  path: '/conversations/{conversationId}/invitations/{invitationId}',
  summary: 'Withdraw an invitation: one’s own, or as an owner or admin any; nobody comes in by it from then on',
  permission: 'invitation:write',
  within: READS,
  uses: ['table:batch-get', 'table:update', 'table:check', 'sockets:post', 'stragglers:send'],
  input: One,
  output: Invitation,
  refuses: ['conversation.not_found', 'invitation.not_found', 'service.contended'],
  status: 200,
});

export const listUses = route({
  method: 'GET',
  path: '/conversations/{conversationId}/invitations/{invitationId}/uses',
  summary: 'List who came in by an invitation, first come first',
  permission: 'invitation:read',
  within: READS,
  uses: ['table:batch-get', 'signing-key:read'],
  input: One.extend({ limit: Limit, cursor: Cursor.optional() }),
  output: page(
    z.strictObject({
      userId: UserId,
      usedAt: Instant,
      /** Number of the log entry that let them in. */
      seq: ChangeSeq,
    }),
  ),
  refuses: ['conversation.not_found', 'invitation.not_found', 'request.cursor_invalid'],
  status: 200,
});
