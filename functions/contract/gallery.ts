import * as z from 'zod';
import { ConversationId, Instant, MessageId, UserId } from './ids.ts';
import { Media, MediaKind } from './media.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { READS } from './within.ts';

/** A media of a conversation, and the message that shows it. */
export const GalleryItem = z
  .strictObject({ media: Media, messageId: MessageId, senderId: UserId, sentAt: Instant })
  .meta({ id: 'GalleryItem' });

export const listConversationMedia = route({
  method: 'GET',
  path: '/conversations/{conversationId}/media',
  aliases: [{ method: 'GET', path: '/conversations/{conversationId}/gallery' }],
  summary:
    'List the media that messages of a conversation show, the newest message first, of one type or of all; only what one may see. A page may hold fewer than asked for',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'signing-key:read'],
  input: z.strictObject({
    conversationId: ConversationId,
    type: MediaKind.optional(),
    limit: Limit,
    cursor: Cursor.optional(),
  }),
  output: page(GalleryItem),
  refuses: ['conversation.not_found', 'request.cursor_invalid'],
  status: 200,
});
