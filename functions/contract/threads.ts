import * as z from 'zod';
import { ConversationId, Instant, MessageId, UserId } from './ids.ts';
import { Message, sendMessage } from './messages.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { MyThread, Subscription, ThreadSummary } from './thread.ts';
import { READS, WRITES } from './within.ts';

/** Messages that a tree view shows below the direct replies of one page, at most. */
export const MOST_BELOW = 200;

/** A thread with its last reply, and what the caller has to do with it. */
const Thread = z
  .strictObject({
    rootId: MessageId,
    conversationId: ConversationId,
    /** Null while nobody has replied. */
    summary: ThreadSummary.nullable(),
    lastReply: Message.nullable(),
    mine: MyThread,
  })
  .meta({ id: 'Thread' });

const { conversationId: _, ...draft } = sendMessage.input.shape;

export const replyToMessage = route({
  method: 'POST',
  path: '/messages/{messageId}/replies',
  summary: 'Reply to a message, or to a reply, up to five deep; the same clientId any number of times stores it once',
  permission: 'message:send',
  within: WRITES,
  uses: [...sendMessage.uses],
  input: z.strictObject({ messageId: MessageId, ...draft }),
  output: Message,
  refuses: [...sendMessage.refuses, 'message.not_found', 'message.deleted', 'thread.too_deep'],
  status: 201,
});

export const listReplies = route({
  method: 'GET',
  path: '/messages/{messageId}/replies',
  summary: 'Read the replies below a message: all of them in order, or as a tree',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'table:put', 'table:update', 'signing-key:read'],
  input: z.strictObject({
    messageId: MessageId,
    /**
     * `flat`: every reply below the message, by number, in either order. `tree`: the direct replies of the message, oldest
     * first, `limit` of them; each is followed by what lies below it, children right behind their parent and oldest first,
     * up to 200 on a page.
     */
    view: z.enum(['flat', 'tree']).default('flat'),
    order: z.enum(['newest', 'oldest']).default('oldest'),
    limit: Limit,
    cursor: Cursor.optional(),
  }),
  /** A page under a reply may be short while there is a next one. */
  output: page(Message).extend({
    /** Tree: messages of this page with replies that are not on it; `flat` under each of them shows all. */
    truncated: z.array(MessageId),
  }),
  refuses: ['message.not_found', 'request.cursor_invalid'],
  status: 200,
});

export const getThread = route({
  method: 'GET',
  path: '/messages/{messageId}/thread',
  summary: 'Get the thread that a message is in, with its last reply and your own standing',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query'],
  input: z.strictObject({ messageId: MessageId }),
  output: Thread,
  refuses: ['message.not_found'],
  status: 200,
});

export const listThreadParticipants = route({
  method: 'GET',
  path: '/messages/{messageId}/thread/participants',
  summary: 'Who has replied in the thread that a message is in',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'signing-key:read'],
  input: z.strictObject({ messageId: MessageId, limit: Limit, cursor: Cursor.optional() }),
  output: page(z.strictObject({ userId: UserId })),
  refuses: ['message.not_found', 'request.cursor_invalid'],
  status: 200,
});

export const subscribeToThread = route({
  method: 'PUT',
  path: '/messages/{messageId}/thread/subscription',
  summary: 'Follow the thread that a message is in, mute it, or do neither',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'table:update', 'sockets:post', 'stragglers:send'],
  input: z.strictObject({ messageId: MessageId, state: Subscription }),
  output: Thread.omit({ lastReply: true }),
  refuses: ['message.not_found'],
  status: 200,
});

export const markThreadRead = route({
  method: 'POST',
  path: '/messages/{messageId}/thread/read',
  summary: 'Say how far you have read the thread that a message is in; it never goes back',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'table:update', 'sockets:post', 'stragglers:send'],
  /** `upTo`: a number of the conversation's log, not beyond the last reply. */
  input: z.strictObject({ messageId: MessageId, upTo: z.int().min(1) }),
  output: Thread.omit({ lastReply: true }),
  refuses: ['message.not_found', 'thread.beyond_last'],
  status: 200,
});

export const listThreads = route({
  method: 'GET',
  path: '/threads',
  summary: 'List the threads you follow, in all conversations, by activity, with their roots and unread counts',
  permission: 'message:read',
  uses: ['table:query-by-user', 'table:get', 'table:batch-get', 'table:query', 'signing-key:read'],
  /** A page may be short while there is a next one: what is no longer readable is left out. */
  input: z.strictObject({ limit: Limit, cursor: Cursor.optional() }),
  output: page(Thread.omit({ lastReply: true }).extend({ root: Message, lastActivityAt: Instant })),
  refuses: ['request.cursor_invalid'],
  status: 200,
});
