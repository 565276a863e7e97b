import * as z from 'zod';
import { ConversationId, Instant, UserId } from './ids.ts';
import { ChangeSeq, OneUser, Place } from './member-change.ts';
import { MemberRole } from './member-role.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { JOINS, MANAGES, OVERSEES, READS, STEPS } from './within.ts';

/** Users that one call may add, or remove. */
export const MAX_ADDED = 100;

export const Participant = z
  .strictObject({
    userId: UserId,
    role: MemberRole,
    joinedAt: Instant,
    addedBy: UserId,
    /** How far they have read; null when they keep it to themselves. */
    readSeq: z.int().nullable(),
    /** What has reached them. */
    deliveredSeq: z.int(),
  })
  .meta({ id: 'Participant' });

export const addParticipants = route({
  method: 'POST',
  path: '/conversations/{conversationId}/participants',
  aliases: [{ method: 'POST', path: '/conversations/{conversationId}/members' }],
  summary: 'Add users to a conversation; each is reported',
  permission: 'participant:add',
  within: MANAGES,
  uses: [
    'table:get',
    'table:batch-get',
    'table:query',
    'table:put',
    'table:update',
    'table:delete',
    'table:check',
    'sockets:post',
    'stragglers:send',
  ],
  input: z.strictObject({ conversationId: ConversationId, userIds: z.array(UserId).min(1).max(MAX_ADDED) }),
  output: z.strictObject({
    results: z.array(z.strictObject({ userId: UserId, status: z.enum(['added', 'already_member', 'full', 'banned']) })),
  }),
  refuses: [
    'conversation.not_found',
    'conversation.archived',
    'participant.forbidden',
    'participant.direct_fixed',
    'service.contended',
  ],
  status: 200,
});

export const listParticipants = route({
  method: 'GET',
  path: '/conversations/{conversationId}/participants',
  aliases: [{ method: 'GET', path: '/conversations/{conversationId}/members' }],
  summary: 'List the participants of a conversation you are in',
  permission: 'participant:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'signing-key:read'],
  input: z.strictObject({ conversationId: ConversationId, limit: Limit, cursor: Cursor.optional() }),
  output: page(Participant),
  refuses: ['conversation.not_found', 'request.cursor_invalid'],
  status: 200,
});

/** What carrying out any change of a membership does. */
export const CHANGE_USES = [
  'table:get',
  'table:batch-get',
  'table:query',
  'table:put',
  'table:update',
  'table:delete',
  'table:check',
  'sockets:post',
  'stragglers:send',
] as const;

/** What every change of a membership may be refused with. Its Idempotency-Key is remembered like a message's client id. */
export const CHANGE_REFUSALS = [
  'conversation.not_found',
  'conversation.archived',
  'participant.direct_fixed',
  'message.client_id_reused',
  'message.client_id_ahead',
  'message.client_id_too_old',
  'service.contended',
] as const;

/** Users in a query, where a field stands once: `ada,bob`. */
const UserIds = z.array(UserId).min(1).max(MAX_ADDED);
const UserIdList = z
  .string()
  .max(MAX_ADDED * 65)
  .regex(/^[^,]+(?:,[^,]+)*$/)
  .transform((list) => list.split(','))
  .pipe(UserIds)
  .meta({ example: 'bob,cleo' });

export const removeParticipant = route({
  method: 'DELETE',
  path: '/conversations/{conversationId}/participants/{userId}',
  aliases: [{ method: 'DELETE', path: '/conversations/{conversationId}/members/{userId}' }],
  summary: 'Remove a participant who stands below you',
  permission: 'participant:manage',
  within: MANAGES,
  uses: CHANGE_USES,
  input: OneUser,
  output: z.strictObject({ userId: UserId, seq: ChangeSeq }),
  refuses: [...CHANGE_REFUSALS, 'participant.forbidden', 'participant.not_found'],
  status: 200,
});

export const removeParticipants = route({
  method: 'DELETE',
  path: '/conversations/{conversationId}/participants',
  aliases: [{ method: 'DELETE', path: '/conversations/{conversationId}/members' }],
  summary: 'Remove participants, named in the query (`bob,cleo`) or the body; each is reported',
  permission: 'participant:manage',
  within: MANAGES,
  uses: CHANGE_USES,
  input: z.strictObject({ conversationId: ConversationId, userIds: z.union([UserIdList, UserIds]) }),
  output: z.strictObject({
    results: z.array(z.strictObject({ userId: UserId, status: z.enum(['removed', 'not_member', 'forbidden']) })),
  }),
  refuses: [...CHANGE_REFUSALS, 'participant.forbidden'],
  status: 200,
});

export const leaveConversation = route({
  method: 'POST',
  path: '/conversations/{conversationId}/leave',
  summary: 'Leave a conversation; its last owner cannot',
  permission: 'participant:leave',
  within: STEPS,
  uses: CHANGE_USES,
  input: Place,
  output: z.strictObject({ userId: UserId, seq: ChangeSeq }),
  refuses: [...CHANGE_REFUSALS, 'participant.last_owner'],
  status: 200,
});

export const joinConversation = route({
  method: 'POST',
  path: '/conversations/{conversationId}/join',
  summary: 'Join a public channel',
  permission: 'participant:join',
  within: JOINS,
  uses: CHANGE_USES,
  input: Place,
  /** `seq`: the number that made you what you are; for whoever is in already, the earlier one. */
  output: z.strictObject({ userId: UserId, role: MemberRole, seq: ChangeSeq }),
  refuses: [...CHANGE_REFUSALS, 'participant.banned', 'conversation.full'],
  status: 200,
});

export const changeRole = route({
  method: 'PATCH',
  path: '/conversations/{conversationId}/participants/{userId}',
  aliases: [
    { method: 'PATCH', path: '/conversations/{conversationId}/members/{userId}' },
    { method: 'PUT', path: '/conversations/{conversationId}/members/{userId}/role' },
  ],
  summary: 'Give a participant below you a role below yours, or take a lower one yourself',
  permission: 'participant:manage',
  within: MANAGES,
  uses: CHANGE_USES,
  /** Ownership is offered and accepted, never given. */
  input: OneUser.extend({ role: MemberRole.exclude(['owner']) }),
  output: z.strictObject({ userId: UserId, role: MemberRole, seq: ChangeSeq }),
  refuses: [
    ...CHANGE_REFUSALS,
    'participant.forbidden',
    'participant.not_found',
    'participant.last_owner',
    'participant.role_unsupported',
  ],
  status: 200,
});

/** Somebody who may not come in, until a time or for good. */
const Ban = z
  .strictObject({
    userId: UserId,
    bannedBy: UserId,
    bannedAt: Instant,
    until: Instant.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Ban' });

export const banParticipant = route({
  method: 'PUT',
  path: '/conversations/{conversationId}/bans/{userId}',
  summary: 'Ban a user, in the conversation or not: they are removed and kept out until a time or for good',
  permission: 'participant:manage',
  within: MANAGES,
  uses: CHANGE_USES,
  input: OneUser.extend({
    /** In the future; absent: for good. */
    until: Instant.optional(),
    reason: z.string().max(500).optional(),
  }),
  output: z.strictObject({ userId: UserId, seq: ChangeSeq }),
  refuses: [...CHANGE_REFUSALS, 'participant.forbidden'],
  status: 200,
});

export const unbanParticipant = route({
  method: 'DELETE',
  path: '/conversations/{conversationId}/bans/{userId}',
  summary: 'Lift a ban, unless somebody higher than you gave it',
  permission: 'participant:manage',
  within: MANAGES,
  uses: CHANGE_USES,
  input: OneUser,
  output: z.strictObject({ userId: UserId, seq: ChangeSeq }),
  refuses: [...CHANGE_REFUSALS, 'participant.forbidden', 'ban.not_found'],
  status: 200,
});

export const listBans = route({
  method: 'GET',
  path: '/conversations/{conversationId}/bans',
  summary: 'List who is banned; a page may hold fewer than asked for',
  permission: 'participant:manage',
  within: OVERSEES,
  uses: ['table:batch-get', 'table:query', 'signing-key:read'],
  input: z.strictObject({ conversationId: ConversationId, limit: Limit, cursor: Cursor.optional() }),
  output: page(Ban),
  refuses: ['conversation.not_found', 'participant.forbidden', 'participant.direct_fixed', 'request.cursor_invalid'],
  status: 200,
});
