import * as z from 'zod';
import { Instant, MessageId } from './ids.ts';
import { Message } from './messages.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { READS } from './within.ts';

/** Bookmarks that a user may have. */
export const MOST_BOOKMARKS = 500;

const Note = z.string().trim().min(1).max(500);

/** A message that a user has marked for themselves; nobody else sees it. */
export const Bookmark = z
  .strictObject({ messageId: MessageId, note: z.string().nullable(), bookmarkedAt: Instant })
  .meta({ id: 'Bookmark' });
export type Bookmark = z.output<typeof Bookmark>;

const taking = [
  'table:get',
  'table:batch-get',
  'table:delete',
  'table:update',
  'sockets:post',
  'stragglers:send',
] as const;

export const setBookmark = route({
  method: 'PUT',
  path: '/messages/{messageId}/bookmark',
  summary: 'Bookmark a message for yourself, with a note or without; again, it gets this note and keeps its place',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:put', 'table:update', 'sockets:post', 'stragglers:send'],
  input: z.strictObject({ messageId: MessageId, note: Note.nullable().default(null) }),
  output: Bookmark,
  refuses: ['message.not_found', 'bookmark.too_many', 'service.contended'],
  status: 200,
});

export const removeBookmark = route({
  method: 'DELETE',
  path: '/messages/{messageId}/bookmark',
  summary: 'Take your bookmark of a message away; what is not bookmarked is no error',
  permission: 'message:read',
  within: READS,
  uses: taking,
  input: z.strictObject({ messageId: MessageId }),
  output: z.strictObject({ messageId: MessageId }),
  refuses: ['message.not_found', 'service.contended'],
  status: 200,
});

export const dropBookmark = route({
  method: 'DELETE',
  path: '/me/bookmarks/{bookmarkId}',
  summary: 'Take a bookmark of yours away by its message’s id, whether or not you may still read the message',
  permission: 'message:read',
  uses: taking,
  input: z.strictObject({ bookmarkId: MessageId }),
  output: z.strictObject({ messageId: MessageId }),
  refuses: ['service.contended'],
  status: 200,
});

export const listBookmarks = route({
  method: 'GET',
  path: '/me/bookmarks',
  summary: 'Your bookmarks, newest first; `message` is null where you may not read it (any more)',
  permission: 'message:read',
  uses: ['table:get', 'table:batch-get', 'table:query', 'signing-key:read', 'archive:read'],
  input: z.strictObject({ limit: Limit, cursor: Cursor.optional() }),
  output: page(Bookmark.extend({ message: Message.nullable() })),
  refuses: ['request.cursor_invalid'],
  status: 200,
});
