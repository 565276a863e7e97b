import * as z from 'zod';
import { ConversationId, Instant, MessageId } from './ids.ts';
import { MAX_TEXT, MessageDraft } from './message-bodies.ts';
import { Attachments, MentionsDraft } from './message-parts.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { READS } from './within.ts';

/** Drafts that a user may have at once. */
export const MOST_DRAFTS = 500;

/** What is being written: a body as it is sent or a text that is not finished, and what goes with it. Nothing of it is checked before it is sent. */
const DraftContent = z.strictObject({
  body: z.union([z.strictObject({ type: z.literal('text'), text: z.string().max(MAX_TEXT) }), MessageDraft]),
  attachments: Attachments.optional(),
  mentions: MentionsDraft.optional(),
  replyTo: MessageId.optional(),
});
export type DraftContent = z.output<typeof DraftContent>;

export const Draft = z
  .strictObject({
    conversationId: ConversationId,
    /** The root of the thread in which it is a reply; null in the conversation itself. */
    threadId: MessageId.nullable(),
    /** Counts what was done to it, from 0: nothing yet. Taking it away counts too, so that no device overwrites what it has not seen. */
    version: z.int(),
    updatedAt: Instant.nullable(),
    /** Null when there is none. */
    content: DraftContent.nullable(),
  })
  .meta({ id: 'Draft' });
export type Draft = z.output<typeof Draft>;

const place = { conversationId: ConversationId, threadId: MessageId.optional() };
const Version = z.coerce.number().int().min(0).optional();

export const putDraft = route({
  method: 'PUT',
  path: '/conversations/{conversationId}/draft',
  summary:
    'Keep what you are writing for your other devices; say which version you replace (`version` or If-Match; 0 or none where there is no draft)',
  permission: 'conversation:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:put', 'table:update', 'sockets:post', 'stragglers:send'],
  input: DraftContent.extend({ ...place, version: Version }),
  output: Draft,
  refuses: ['conversation.not_found', 'draft.version_conflict', 'draft.too_many'],
  status: 200,
});

export const getDraft = route({
  method: 'GET',
  path: '/conversations/{conversationId}/draft',
  summary: 'Get your draft for a conversation or for a thread; `content` is null when there is none',
  permission: 'conversation:read',
  within: READS,
  uses: ['table:get', 'table:batch-get'],
  input: z.strictObject(place),
  output: Draft,
  refuses: ['conversation.not_found'],
  status: 200,
});

export const deleteDraft = route({
  method: 'DELETE',
  path: '/conversations/{conversationId}/draft',
  summary: 'Take your draft away, as a client does after it was sent; with `version` or If-Match only that one',
  permission: 'conversation:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:update', 'sockets:post', 'stragglers:send'],
  input: z.strictObject({ ...place, version: Version }),
  output: Draft,
  refuses: ['conversation.not_found', 'draft.version_conflict', 'service.contended'],
  status: 200,
});

export const listDrafts = route({
  method: 'GET',
  path: '/me/drafts',
  summary: 'Your drafts, by conversation',
  permission: 'conversation:read',
  uses: ['table:query', 'table:batch-get', 'signing-key:read'],
  input: z.strictObject({ limit: Limit, cursor: Cursor.optional() }),
  output: page(Draft),
  refuses: ['request.cursor_invalid'],
  status: 200,
});
