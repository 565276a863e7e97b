import * as z from 'zod';
import { ClientId, ConversationId, Instant, MessageId, ScheduledId } from './ids.ts';
import { MessageDraft } from './message-bodies.ts';
import { Attachments, MentionsDraft } from './message-parts.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { MEDIA_SIGHT, type Use } from './uses.ts';
import { WRITES } from './within.ts';

/** What is sent when the time has come. Like a message that is sent now, it is checked then. */
export const ScheduledContent = z.strictObject({
  body: MessageDraft,
  attachments: Attachments.optional(),
  mentions: MentionsDraft.optional(),
  replyTo: MessageId.optional(),
});
export type ScheduledContent = z.output<typeof ScheduledContent>;

export const ScheduledState = z.enum(['scheduled', 'sending', 'sent', 'failed', 'cancelled']);

export const ScheduledMessage = z
  .strictObject({
    id: ScheduledId,
    conversationId: ConversationId,
    content: ScheduledContent,
    sendAt: Instant,
    /** `sending`: it is being sent, and neither changed nor cancelled any more. What became of it is kept for 30 days. */
    state: ScheduledState,
    /** Counts what was done to it, from 1. */
    version: z.int(),
    createdAt: Instant,
    /** The message that it became; null while it is none. */
    messageId: MessageId.nullable(),
    /** The code that it was refused with; null unless it `failed`. */
    reason: z.string().nullable(),
  })
  .meta({ id: 'ScheduledMessage' });
export type ScheduledMessage = z.output<typeof ScheduledMessage>;

const writing: readonly Use[] = [
  'table:get',
  'table:batch-get',
  'table:put',
  'table:update',
  'table:delete',
  'sockets:post',
  'stragglers:send',
];
/** What sending one takes besides: all that sending a message does. */
const sending: readonly Use[] = [...writing, ...MEDIA_SIGHT, 'table:check'];

const version = z.coerce.number().int().min(1).optional();

export const scheduleMessage = route({
  method: 'POST',
  path: '/conversations/{conversationId}/scheduled-messages',
  summary:
    'Have a message sent later, 10 seconds to a year ahead; the same clientId (or Idempotency-Key) schedules it once',
  permission: 'message:send',
  within: WRITES,
  uses: writing,
  input: ScheduledContent.extend({
    conversationId: ConversationId,
    clientId: ClientId.optional(),
    sendAt: Instant,
  }),
  output: ScheduledMessage,
  refuses: [
    'conversation.not_found',
    'conversation.archived',
    'message.forbidden',
    'scheduled.time_invalid',
    'scheduled.too_many',
    'scheduled.id_reused',
  ],
  status: 201,
});

export const listScheduled = route({
  method: 'GET',
  path: '/me/scheduled-messages',
  summary: 'Your scheduled messages and what became of them, the last scheduled first',
  permission: 'message:send',
  uses: ['table:query', 'signing-key:read'],
  input: z.strictObject({
    conversationId: ConversationId.optional(),
    state: ScheduledState.optional(),
    limit: Limit,
    cursor: Cursor.optional(),
  }),
  output: page(ScheduledMessage),
  refuses: ['request.cursor_invalid'],
  status: 200,
});

export const updateScheduled = route({
  method: 'PATCH',
  path: '/me/scheduled-messages/{scheduledId}',
  summary:
    'Change a scheduled message or its time; say which version (`version` or If-Match). With `body` all of what it says is replaced',
  permission: 'message:send',
  uses: writing,
  input: ScheduledContent.partial().extend({ scheduledId: ScheduledId, version, sendAt: Instant.optional() }),
  output: ScheduledMessage,
  refuses: ['scheduled.not_found', 'scheduled.version_conflict', 'scheduled.not_pending', 'scheduled.time_invalid'],
  status: 200,
});

export const cancelScheduled = route({
  method: 'DELETE',
  path: '/me/scheduled-messages/{scheduledId}',
  summary: 'Cancel a scheduled message; with `version` or If-Match only that one',
  permission: 'message:send',
  uses: writing,
  input: z.strictObject({ scheduledId: ScheduledId, version }),
  output: ScheduledMessage,
  refuses: ['scheduled.not_found', 'scheduled.version_conflict', 'scheduled.not_pending'],
  status: 200,
});

export const sendScheduledNow = route({
  method: 'POST',
  path: '/me/scheduled-messages/{scheduledId}/send-now',
  summary: 'Send a scheduled message now; any number of times sends it once',
  permission: 'message:send',
  uses: sending,
  input: z.strictObject({ scheduledId: ScheduledId }),
  output: ScheduledMessage,
  refuses: ['scheduled.not_found', 'scheduled.not_pending', 'service.contended'],
  status: 200,
});
