import * as z from 'zod';
import { ConversationId, Instant, UserId } from './ids.ts';
import { MemberRole } from './member-role.ts';
import { MySettings } from './member-settings.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { ConversationSettings } from './settings.ts';
import { READS } from './within.ts';

export const ConversationType = z.enum(['direct', 'group', 'channel']);

/** Participants beyond the creator that a create call may name; more are added in calls of their own. */
export const MAX_INITIAL_PARTICIPANTS = 90;

/** Most participants a conversation of each type may have; exact under any race. */
export const MEMBER_CAP = { direct: 2, group: 1_000, channel: 10_000 } as const satisfies Record<
  z.output<typeof ConversationType>,
  number
>;

export const Name = z.string().trim().min(1).max(100);

/** The last message as lists show it; its text is cut. */
export const Preview = z.strictObject({ seq: z.int(), senderId: UserId, type: z.string(), text: z.string() });

export const Conversation = z
  .strictObject({
    id: ConversationId,
    type: ConversationType,
    name: z.string().nullable(),
    createdBy: UserId,
    createdAt: Instant,
    /** Greatest sequence number taken so far. */
    seq: z.int(),
    /** When the last message was sent; before the first, when the conversation was made. */
    lastActivityAt: Instant,
    lastMessage: Preview.nullable(),
    myRole: MemberRole,
    /** Set while it is archived for everybody: read-only. */
    archivedAt: Instant.nullable(),
  })
  .meta({ id: 'Conversation' });
/** A conversation as its member sees it: with their unread count and settings. */
export const MyConversation = Conversation.extend({
  /** Messages by others after one's read marker; exact. */
  unreadCount: z.int(),
  /** Of these, the ones that mention you or all; exact. */
  mentionCount: z.int(),
  settings: MySettings,
}).meta({ id: 'MyConversation' });

const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');
/** A conversation with all that is kept about it. */
export const ConversationDetails = z
  .strictObject({
    ...Conversation.shape,
    description: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    conversationSettings: ConversationSettings,
    /** Counts changes of name, description, metadata and settings, from 1. */
    version: z.int(),
  })
  .meta({ id: 'ConversationDetails' });
export type ConversationDetails = z.input<typeof ConversationDetails>;

const participants = z.array(UserId).max(MAX_INITIAL_PARTICIPANTS);

export const createConversation = route({
  method: 'POST',
  path: '/conversations',
  summary: 'Create a conversation, or get the direct one that exists',
  permission: 'conversation:create',
  uses: [
    'table:put',
    'table:get',
    'table:batch-get',
    'table:query',
    'sockets:post',
    'stragglers:send',
    'table:update',
    'table:check',
  ],
  input: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('direct'), participants: z.array(UserId).length(1) }),
    z.strictObject({ type: z.literal('group'), name: Name.optional(), participants: participants.default([]) }),
    z.strictObject({ type: z.literal('channel'), name: Name, participants: participants.default([]) }),
  ]),
  output: Conversation,
  refuses: [
    'conversation.idempotency_conflict',
    'conversation.not_found',
    'conversation.forbidden',
    'conversation.purging',
    'tenant.feature_disabled',
  ],
  status: 201,
});

export const getConversation = route({
  method: 'GET',
  path: '/conversations/{conversationId}',
  summary: 'Get a conversation you are in',
  permission: 'conversation:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query'],
  input: z.strictObject({ conversationId: ConversationId }),
  output: MyConversation,
  refuses: ['conversation.not_found'],
  status: 200,
});

export const listConversations = route({
  method: 'GET',
  path: '/conversations',
  summary: 'List your conversations by activity, with unread counts; filters narrow it',
  permission: 'conversation:read',
  uses: ['table:get', 'table:query-by-user', 'table:batch-get', 'table:query', 'signing-key:read'],
  /** Without filters: what is neither archived nor hidden. A filtered page may be short while there is a next one. */
  input: z.strictObject({
    limit: Limit,
    cursor: Cursor.optional(),
    type: ConversationType.optional(),
    archived: Flag.optional(),
    hidden: Flag.optional(),
    muted: Flag.optional(),
    pinned: Flag.optional(),
    unread: Flag.optional(),
    /** Part of the name, in any case. */
    name: z.string().min(1).max(100).optional(),
  }),
  output: page(MyConversation),
  refuses: ['request.cursor_invalid'],
  status: 200,
});
