import * as z from 'zod';
import { ConversationId, MessageId, UserId } from './ids.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { READS } from './within.ts';

export const Watermark = z
  .strictObject({
    conversationId: ConversationId,
    /** Numbers of the log; read implies delivered. */
    readSeq: z.int(),
    deliveredSeq: z.int(),
    /** Messages by others after the read marker. */
    unreadCount: z.int(),
    /** Of these, the ones that mention you or all. */
    mentionCount: z.int(),
  })
  .meta({ id: 'Watermark' });

const marking = {
  method: 'POST',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'table:update', 'sockets:post', 'stragglers:send'],
  input: z.strictObject({ conversationId: ConversationId, seq: z.int().min(1) }),
  output: Watermark,
  refuses: ['conversation.not_found', 'watermark.beyond_head'],
  status: 200,
} as const;

export const markRead = route({
  ...marking,
  path: '/conversations/{conversationId}/read',
  summary: 'Say how far you have read; it never goes back',
});

export const markDelivered = route({
  ...marking,
  path: '/conversations/{conversationId}/delivered',
  summary: 'Say what has reached you; it never goes back',
});

export const listReceipts = route({
  method: 'GET',
  path: '/messages/{messageId}/receipts',
  summary: 'Whom a message has reached and who has read it, member by member',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'signing-key:read'],
  input: z.strictObject({ messageId: MessageId, limit: Limit, cursor: Cursor.optional() }),
  output: z.strictObject({
    /** Of this page's members: read implies delivered, and the sender is in neither. */
    deliveredTo: z.array(UserId),
    readBy: z.array(UserId),
    nextCursor: page(UserId).shape.nextCursor,
  }),
  refuses: ['message.not_found', 'request.cursor_invalid'],
  status: 200,
});

const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const getUnread = route({
  method: 'GET',
  path: '/me/unread',
  summary: 'What you have not read, over all conversations but those you have hidden',
  permission: 'message:read',
  uses: ['table:query-by-user', 'table:get', 'table:batch-get', 'table:query'],
  input: z.strictObject({
    /** `false` leaves out what you have muted, as long as the mute lasts. */
    muted: Flag.default(true),
    /** `false` leaves out what is archived, by you or for everybody. */
    archived: Flag.default(true),
  }),
  output: z.strictObject({
    /** Messages by others after your read markers. */
    unreadCount: z.int(),
    /** Of these, the ones that mention you or all. */
    mentionCount: z.int(),
    /** Conversations with any of them, or marked as unread by hand. */
    conversationCount: z.int(),
  }),
  refuses: [],
  status: 200,
});
