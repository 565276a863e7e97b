import * as z from 'zod';
import { ClientId, ConversationId, Instant, MediaId, MessageId, UserId } from './ids.ts';
import { MessageBody, MessageDraft } from './message-bodies.ts';
import { Attachments, ForwardedFrom, Mentions, MentionsDraft, ReplyTo } from './message-parts.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { MessageThread } from './thread.ts';
import { MEDIA_SIGHT } from './uses.ts';
import { READS, REWRITES, TAKES_AWAY, WRITES } from './within.ts';

/** An emoji on a message: how many reacted with it, and the first of them. */
export const Reaction = z.strictObject({
  emoji: z.string().meta({ example: '👍' }),
  count: z.int(),
  users: z.array(UserId),
});
export type Reaction = z.output<typeof Reaction>;

export const Message = z
  .strictObject({
    id: MessageId,
    conversationId: ConversationId,
    /** Place in the conversation's log: dense from 1, shared with changes and voids. */
    seq: z.int(),
    senderId: UserId,
    /** The id its sender gave it; null for what the server or an import wrote. */
    clientId: ClientId.nullable(),
    body: MessageBody,
    attachments: z.array(MediaId),
    mentions: Mentions.nullable(),
    replyTo: ReplyTo.nullable(),
    /** Set on a forwarded copy: it is never edited. */
    forwardedFrom: ForwardedFrom.nullable(),
    createdAt: Instant,
    /** When it was first sent elsewhere; only an import sets it. */
    sentAt: Instant.nullable(),
    /** Counts what was done to the body, from 1: edits, deleting, restoring. */
    version: z.int(),
    /** When the body last changed; null while it is as it was sent. */
    editedAt: Instant.nullable(),
    /** Deleting takes it away, and restoring does not bring it back. */
    pinned: z.boolean(),
    /** In the order in which their emojis came; nothing on a deleted message. */
    reactions: z.array(Reaction),
    /** The number of the change that made the reactions so, 0 before the first: what a `reaction:*` up to it says is in them. */
    reactionsSeq: z.int(),
    /** Null for a message that is no reply and has none. */
    thread: MessageThread.nullable(),
  })
  .meta({ id: 'Message' });
export type Message = z.output<typeof Message>;

/** Refusals of what a message says, sent or edited. */
const contentRefusals = ['message.too_long', 'message.mention_unknown', 'message.mention_all_forbidden'] as const;

export const sendMessage = route({
  method: 'POST',
  path: '/conversations/{conversationId}/messages',
  aliases: [{ method: 'POST', path: '/messages' }],
  summary: 'Send a message; the same clientId any number of times stores it once',
  permission: 'message:send',
  within: WRITES,
  uses: [...MEDIA_SIGHT, 'table:put', 'table:update', 'sockets:post', 'stragglers:send'],
  input: z.strictObject({
    conversationId: ConversationId,
    clientId: ClientId.optional(),
    body: MessageDraft,
    attachments: Attachments.optional(),
    mentions: MentionsDraft.optional(),
    /** A message of the same conversation that one may read. */
    replyTo: MessageId.optional(),
  }),
  output: Message,
  refuses: [
    'conversation.not_found',
    'conversation.archived',
    'message.forbidden',
    'message.client_id_reused',
    'message.client_id_ahead',
    'message.client_id_too_old',
    'message.archived',
    ...contentRefusals,
    'message.type_forbidden',
    'message.rate_limited',
    'message.slow_mode',
    'message.media_unusable',
    'message.reply_unusable',
    'service.contended',
  ],
  status: 201,
});

export const getMessage = route({
  method: 'GET',
  path: '/messages/{messageId}',
  summary: 'Get one message',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'archive:read'],
  input: z.strictObject({ messageId: MessageId }),
  output: Message,
  refuses: ['message.not_found'],
  status: 200,
});

export const listMessages = route({
  method: 'GET',
  path: '/conversations/{conversationId}/messages',
  summary: 'Read the history of a conversation, in either direction',
  permission: 'message:read',
  within: READS,
  uses: [
    'table:get',
    'table:batch-get',
    'table:query',
    'table:put',
    'table:update',
    'signing-key:read',
    'archive:read',
  ],
  input: z.strictObject({
    conversationId: ConversationId,
    limit: Limit,
    /** `newest`: from the end backwards. `oldest`: from the start forwards. A cursor carries its own order. */
    order: z.enum(['newest', 'oldest']).default('newest'),
    cursor: Cursor.optional(),
  }),
  output: page(Message).extend({
    /** Turns around: continues from this page's first item in the other direction. Null on an empty page. */
    previousCursor: z.string().nullable(),
  }),
  refuses: ['conversation.not_found', 'request.cursor_invalid'],
  status: 200,
});

const changing = ['table:get', 'table:batch-get', 'table:query', 'table:put', 'table:update', 'table:check'] as const;
/** Refusals that every change of a message may meet besides its own. */
const changeRefusals = [
  'conversation.archived',
  'message.archived',
  'message.client_id_reused',
  'message.client_id_ahead',
  'message.client_id_too_old',
  'service.contended',
] as const;
const inConversation = { messageId: MessageId, conversationId: ConversationId.optional() };
const Version = z.coerce.number().int().min(1);

export const editMessage = route({
  method: 'PATCH',
  path: '/messages/{messageId}',
  aliases: [
    { method: 'PUT', path: '/messages/{messageId}' },
    { method: 'PATCH', path: '/conversations/{conversationId}/messages/{messageId}' },
  ],
  summary:
    'Edit a message of yours; say which version (`version` or If-Match), a stale one is answered with the current state',
  permission: 'message:send',
  within: REWRITES,
  uses: [...changing, 'sockets:post', 'stragglers:send'],
  input: z.strictObject({
    ...inConversation,
    version: Version.optional(),
    /** Of the same type; media stay the same. */
    body: MessageDraft,
    /** Those there are afterwards; absent: as they were. */
    mentions: MentionsDraft.optional(),
  }),
  output: Message,
  refuses: [
    'message.not_found',
    'message.not_yours',
    'message.forbidden',
    'message.deleted',
    'message.not_editable',
    'message.live_ended',
    'message.edit_window_over',
    'message.version_conflict',
    ...contentRefusals,
    ...changeRefusals,
  ],
  status: 200,
});

export const deleteMessage = route({
  method: 'DELETE',
  path: '/messages/{messageId}',
  aliases: [{ method: 'DELETE', path: '/conversations/{conversationId}/messages/{messageId}' }],
  summary:
    'Delete a message for everybody: its author may, and owners and admins, as far as the tenant lets them; its place stays',
  permission: 'message:send',
  within: TAKES_AWAY,
  uses: [...changing, 'table:delete', 'sockets:post', 'stragglers:send'],
  input: z.strictObject(inConversation),
  output: Message,
  refuses: ['message.not_found', 'message.not_yours', 'message.delete_window_over', ...changeRefusals],
  status: 200,
});

export const restoreMessage = route({
  method: 'POST',
  path: '/messages/{messageId}/restore',
  summary: 'Bring back a message that you deleted, within a day or what the tenant says',
  permission: 'message:send',
  within: WRITES,
  uses: [...changing, 'sockets:post', 'stragglers:send'],
  input: z.strictObject({ messageId: MessageId }),
  output: Message,
  refuses: ['message.not_found', 'message.forbidden', 'message.not_yours', 'message.not_restorable', ...changeRefusals],
  status: 200,
});

export const listVersions = route({
  method: 'GET',
  path: '/messages/{messageId}/versions',
  summary: 'What a message said before, oldest first; nothing of a deleted one',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get'],
  input: z.strictObject({ messageId: MessageId }),
  output: z.strictObject({
    items: z.array(z.strictObject({ version: z.int(), body: MessageBody, replacedAt: Instant, replacedBy: UserId })),
  }),
  refuses: ['message.not_found', 'message.deleted'],
  status: 200,
});
