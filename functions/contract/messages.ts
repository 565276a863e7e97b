import * as z from 'zod';
import { ClientId, ConversationId, Instant, MediaId, MessageId, UserId } from './ids.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';

/** Characters (UTF-16 code units) of a text message. */
export const MAX_TEXT = 20_000;

const TextBody = z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(MAX_TEXT) });
const ImageBody = z.strictObject({
  type: z.literal('image'),
  mediaId: MediaId,
  caption: z.string().max(1_000).optional(),
});
/** What the server itself says in a conversation: who came, who was there at the start. */
const SystemBody = z.strictObject({
  type: z.literal('system'),
  kind: z.enum(['conversation_created', 'participants_added']),
  userIds: z.array(UserId),
});

/** What a client may send. */
export const MessageDraft = z.discriminatedUnion('type', [TextBody, ImageBody]);
export type MessageDraft = z.output<typeof MessageDraft>;

/** What a message may hold. */
export const MessageBody = z.discriminatedUnion('type', [TextBody, ImageBody, SystemBody]);
export type MessageBody = z.output<typeof MessageBody>;

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
    /** Counts edits of the body, from 1. */
    version: z.int(),
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
  uses: ['table:get', 'table:query', 'table:put', 'table:update', 'signing-key:read'],
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
