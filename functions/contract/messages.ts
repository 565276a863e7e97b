import * as z from 'zod';
import { ClientId, ConversationId, Instant, MediaId, MessageId, UserId } from './ids.ts';
import { Cursor, Limit, page } from './page.ts';
import { MemberRole } from './participants.ts';
import { route } from './route.ts';

/** Characters (UTF-16 code units) of a text message. */
export const MAX_TEXT = 20_000;

const TextBody = z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(MAX_TEXT) });
const ImageBody = z.strictObject({
  type: z.literal('image'),
  mediaId: MediaId,
  caption: z.string().max(1_000).optional(),
});
/** What the server itself says in a conversation: who came and went, who was there at the start, who is what now. */
const SystemBody = z.strictObject({
  type: z.literal('system'),
  kind: z.enum([
    'conversation_created',
    'participants_added',
    'participants_removed',
    'participant_joined',
    'participant_left',
    'participant_banned',
    'participant_unbanned',
    'role_changed',
    'ownership_offered',
    'ownership_withdrawn',
    'ownership_taken',
  ]),
  userIds: z.array(UserId),
  /** The roles that some of them have from now on. */
  roles: z.array(z.strictObject({ userId: UserId, role: MemberRole })).optional(),
  /** When a ban or an offer ends; absent: never, or nothing ends. */
  until: Instant.optional(),
});
export type SystemBody = z.output<typeof SystemBody>;

/** What is left of a deleted message: its place. */
const DeletedBody = z.strictObject({ type: z.literal('deleted') });

/** What a client may send. */
export const MessageDraft = z.discriminatedUnion('type', [TextBody, ImageBody]);
export type MessageDraft = z.output<typeof MessageDraft>;

/** What a message may hold. */
export const MessageBody = z.discriminatedUnion('type', [TextBody, ImageBody, SystemBody, DeletedBody]);
export type MessageBody = z.output<typeof MessageBody>;

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
    createdAt: Instant,
    /** When it was first sent elsewhere; only an import sets it. */
    sentAt: Instant.nullable(),
    /** Counts what was done to the body, from 1: edits, deleting, restoring. */
    version: z.int(),
    /** When the body last changed; null while it is as it was sent. */
    editedAt: Instant.nullable(),
    /** In the order in which their emojis came; nothing on a deleted message. */
    reactions: z.array(Reaction),
  })
  .meta({ id: 'Message' });
export type Message = z.output<typeof Message>;

export const sendMessage = route({
  method: 'POST',
  path: '/conversations/{conversationId}/messages',
  aliases: [{ method: 'POST', path: '/messages' }],
  summary: 'Send a message; the same clientId any number of times stores it once',
  permission: 'message:send',
  uses: ['table:get', 'table:batch-get', 'table:query', 'table:put', 'table:update', 'sockets:post', 'stragglers:send'],
  input: z.strictObject({
    conversationId: ConversationId,
    clientId: ClientId.optional(),
    body: MessageDraft,
  }),
  output: Message,
  refuses: [
    'conversation.not_found',
    'conversation.archived',
    'message.forbidden',
    'message.client_id_reused',
    'message.client_id_ahead',
    'message.client_id_too_old',
    'message.too_long',
    'message.rate_limited',
    'message.slow_mode',
    'message.media_unusable',
    'service.contended',
  ],
  status: 201,
});

export const getMessage = route({
  method: 'GET',
  path: '/messages/{messageId}',
  summary: 'Get one message',
  permission: 'message:read',
  uses: ['table:get', 'table:batch-get'],
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
  uses: ['table:get', 'table:batch-get', 'table:query', 'table:put', 'table:update', 'signing-key:read'],
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
  uses: [...changing, 'sockets:post', 'stragglers:send'],
  input: z.strictObject({ ...inConversation, version: Version.optional(), body: MessageDraft }),
  output: Message,
  refuses: ['message.not_found', 'message.not_yours', 'message.deleted', 'message.version_conflict', ...changeRefusals],
  status: 200,
});

export const deleteMessage = route({
  method: 'DELETE',
  path: '/messages/{messageId}',
  aliases: [{ method: 'DELETE', path: '/conversations/{conversationId}/messages/{messageId}' }],
  summary: 'Delete a message: its author may, and owners and admins; its place stays',
  permission: 'message:send',
  uses: [...changing, 'sockets:post', 'stragglers:send'],
  input: z.strictObject(inConversation),
  output: Message,
  refuses: ['message.not_found', 'message.not_yours', ...changeRefusals],
  status: 200,
});

/** Hours within which who deleted a message may bring it back. */
export const RESTORE_HOURS = 24;

export const restoreMessage = route({
  method: 'POST',
  path: '/messages/{messageId}/restore',
  summary: 'Bring back a message that you deleted within the last day',
  permission: 'message:send',
  uses: [...changing, 'sockets:post', 'stragglers:send'],
  input: z.strictObject({ messageId: MessageId }),
  output: Message,
  refuses: ['message.not_found', 'message.not_yours', 'message.not_restorable', ...changeRefusals],
  status: 200,
});

export const listVersions = route({
  method: 'GET',
  path: '/messages/{messageId}/versions',
  summary: 'What a message said before, oldest first; nothing of a deleted one',
  permission: 'message:read',
  uses: ['table:get', 'table:batch-get'],
  input: z.strictObject({ messageId: MessageId }),
  output: z.strictObject({
    items: z.array(z.strictObject({ version: z.int(), body: MessageBody, replacedAt: Instant, replacedBy: UserId })),
  }),
  refuses: ['message.not_found', 'message.deleted'],
  status: 200,
});
