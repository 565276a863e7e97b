import * as z from 'zod';
import { Conversation } from './conversations.ts';
import { ConversationId, Instant, MessageId, UserId } from './ids.ts';
import { Media, MediaKind } from './media.ts';
import { Cursor, Limit } from './page.ts';
import { route } from './route.ts';
import { Freshness, Highlight, MAX_QUERY, SEARCHES, SearchHit, SearchWarning, TimeZone } from './search.ts';
import { User } from './users.ts';

/** Characters of a name that is looked for. */
const MAX_NAME = 200;

const Named = z.string().trim().min(1).max(MAX_NAME);
const Matched = z.enum(['exact', 'similar']);

export const ConversationHit = z
  .strictObject({
    conversation: Conversation,
    /** What of it was found. */
    by: z.array(z.enum(['name', 'description', 'participant'])),
    /** The participants who were found. */
    participants: z.array(UserId),
    /** In `name` and `description`. */
    highlights: z.array(Highlight),
  })
  .meta({ id: 'ConversationHit' });
export type ConversationHit = z.input<typeof ConversationHit>;

export const searchConversations = route({
  method: 'GET',
  path: '/search/conversations',
  summary:
    'Search your conversations by name, by who is in them and by description: whole words, beginnings, and with typing errors where nothing else is found',
  permission: 'search:query',
  uses: [...SEARCHES, 'table:query'],
  input: z.strictObject({ q: Named, limit: Limit, cursor: Cursor.optional() }),
  output: z.strictObject({
    items: z.array(ConversationHit),
    nextCursor: z.string().nullable(),
    matched: Matched,
    /** What could not be looked at, because the engine does not answer; names are looked at in any case. */
    unavailable: z.array(z.enum(['participants', 'descriptions'])),
  }),
  refuses: ['request.cursor_invalid', 'search.rate_limited'],
  status: 200,
});

export const UserHit = z
  .strictObject({
    user: User,
    /** In `displayName` or `id`. */
    highlights: z.array(Highlight),
  })
  .meta({ id: 'UserHit' });
export type UserHit = z.input<typeof UserHit>;

export const searchUsers = route({
  method: 'GET',
  path: '/search/users',
  summary:
    'Search the users of your tenant by display name or id: whole words, beginnings, and with typing errors where nothing else is found',
  permission: 'search:query',
  uses: [...SEARCHES, 'table:query'],
  input: z.strictObject({ q: Named, limit: Limit, cursor: Cursor.optional() }),
  output: z.strictObject({
    items: z.array(UserHit),
    nextCursor: z.string().nullable(),
    matched: Matched,
    /** What could not be looked at, because the engine does not answer; how ids begin is looked at in any case. */
    unavailable: z.array(z.literal('names')),
  }),
  refuses: ['request.cursor_invalid', 'search.rate_limited'],
  status: 200,
});

export const MediaHit = z
  .strictObject({
    media: Media,
    messageId: MessageId,
    conversationId: ConversationId,
    senderId: UserId,
    sentAt: Instant,
    /** In the media's `fileName`, and in what the message says. */
    highlights: z.array(Highlight),
  })
  .meta({ id: 'MediaHit' });
export type MediaHit = z.input<typeof MediaHit>;

export const searchMedia = route({
  method: 'GET',
  path: '/search/media',
  summary:
    'Search the media that messages of your conversations show, the newest first, by file name and by what the message says; the language of `GET /search/messages`',
  permission: 'search:query',
  uses: SEARCHES,
  input: z.strictObject({
    /** Absent: all of them. */
    q: z.string().trim().min(1).max(MAX_QUERY).optional(),
    kind: MediaKind.optional(),
    /** What its uploader called it, `application/pdf`. */
    contentType: z
      .string()
      .max(128)
      .regex(/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/)
      .optional(),
    /** Shown in this conversation; by this user. */
    conversationId: ConversationId.optional(),
    from: UserId.optional(),
    timeZone: TimeZone.default('UTC'),
    limit: Limit,
    cursor: Cursor.optional(),
  }),
  output: z.strictObject({
    items: z.array(MediaHit),
    nextCursor: z.string().nullable(),
    matched: Matched,
    warnings: z.array(SearchWarning),
    freshness: Freshness,
  }),
  refuses: ['request.cursor_invalid', 'search.rate_limited', 'search.unavailable'],
  status: 200,
});

/** Hits of each kind. */
const MOST_EACH = 10;

export const searchAll = route({
  method: 'GET',
  path: '/search',
  summary: 'The best messages, conversations, users and media at once, for a search box; each has a search of its own',
  permission: 'search:query',
  uses: [...SEARCHES, 'table:query'],
  input: z.strictObject({
    q: Named,
    timeZone: TimeZone.default('UTC'),
    limit: z.coerce.number().int().min(1).max(MOST_EACH).default(5),
  }),
  output: z.strictObject({
    messages: z.array(SearchHit),
    conversations: z.array(ConversationHit),
    users: z.array(UserHit),
    media: z.array(MediaHit),
    /** Of which more are found by their own search. */
    more: z.array(z.enum(['messages', 'conversations', 'users', 'media'])),
    /** What could not be looked at, or not all of it: the engine does not answer. */
    unavailable: z.array(z.enum(['messages', 'conversations', 'users', 'media'])),
    warnings: z.array(SearchWarning),
  }),
  refuses: ['search.rate_limited'],
  status: 200,
});
