import * as z from 'zod';
import { ConversationId, Instant, UserId } from './ids.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';

export const MemberRole = z.enum(['owner', 'admin', 'member']);

/** Users that one call may add. */
export const MAX_ADDED = 100;

export const Participant = z
  .strictObject({ userId: UserId, role: MemberRole, joinedAt: Instant, addedBy: UserId })
  .meta({ id: 'Participant' });

export const addParticipants = route({
  method: 'POST',
  path: '/conversations/{conversationId}/participants',
  aliases: [{ method: 'POST', path: '/conversations/{conversationId}/members' }],
  summary: 'Add users to a conversation; each is reported',
  permission: 'participant:add',
  uses: [
    'table:get',
    'table:batch-get',
    'table:query',
    'table:put',
    'table:update',
    'table:check',
    'sockets:post',
    'stragglers:send',
  ],
  input: z.strictObject({ conversationId: ConversationId, userIds: z.array(UserId).min(1).max(MAX_ADDED) }),
  output: z.strictObject({
    results: z.array(z.strictObject({ userId: UserId, status: z.enum(['added', 'already_member', 'full']) })),
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
  uses: ['table:get', 'table:query', 'signing-key:read'],
  input: z.strictObject({ conversationId: ConversationId, limit: Limit, cursor: Cursor.optional() }),
  output: page(Participant),
  refuses: ['conversation.not_found', 'request.cursor_invalid'],
  status: 200,
});
