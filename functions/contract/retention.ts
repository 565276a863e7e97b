import * as z from 'zod';
import { ConversationId, Instant, UserId } from './ids.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';

/** Why nothing of a conversation, or of the whole tenant, is removed: its messages are seen no longer than before, but stay stored. */
export const LegalHold = z
  .strictObject({ reason: z.string(), placedBy: UserId, placedAt: Instant })
  .meta({ id: 'LegalHold' });

const Reason = z.string().trim().min(1).max(500);
const placing = {
  method: 'PUT',
  permission: 'retention:manage',
  output: LegalHold,
  status: 200,
} as const;
const lifting = {
  method: 'DELETE',
  permission: 'retention:manage',
  output: z.strictObject({ lifted: z.literal(true) }),
  status: 200,
} as const;

export const holdConversation = route({
  ...placing,
  path: '/conversations/{conversationId}/legal-hold',
  summary: 'Put a conversation under legal hold: nothing of it is removed until it is lifted',
  uses: ['table:get', 'table:put', 'table:update'],
  input: z.strictObject({ conversationId: ConversationId, reason: Reason }),
  refuses: ['conversation.not_found'],
});

export const releaseConversation = route({
  ...lifting,
  path: '/conversations/{conversationId}/legal-hold',
  summary: 'Lift the legal hold of a conversation',
  uses: ['table:put', 'table:update', 'table:delete'],
  input: z.strictObject({ conversationId: ConversationId }),
  refuses: ['hold.not_found'],
});

export const holdTenant = route({
  ...placing,
  path: '/tenant/legal-hold',
  summary: 'Put the whole tenant under legal hold',
  uses: ['table:get', 'table:put'],
  input: z.strictObject({ reason: Reason }),
  refuses: [],
});

export const releaseTenant = route({
  ...lifting,
  path: '/tenant/legal-hold',
  summary: 'Lift the legal hold of the tenant; those of conversations stay',
  uses: ['table:put', 'table:delete'],
  input: z.strictObject({}),
  refuses: ['hold.not_found'],
});

/** What a run removed, counted. */
const Removed = z.strictObject({
  messages: z.int(),
  /** Entries of the log that are no messages: changes and voids. */
  changes: z.int(),
  reactions: z.int(),
  /** Changes that are kept, and said what a removed message was. */
  versions: z.int(),
  /** Media that readers of a conversation lost with their messages. */
  media: z.int(),
});

export const listRetentionReports = route({
  method: 'GET',
  path: '/retention/reports',
  summary: 'List what was removed because it is kept no longer, run by run, newest first',
  permission: 'retention:manage',
  uses: ['table:query', 'signing-key:read'],
  input: z.strictObject({ limit: Limit, cursor: Cursor.optional() }),
  output: page(
    z.strictObject({
      startedAt: Instant,
      /** Null while the run goes on. */
      endedAt: Instant.nullable(),
      /** Nothing was removed: it is what would have been. */
      dryRun: z.boolean(),
      /** Conversations that were looked at, and those of them that are under legal hold. */
      conversations: z.int(),
      held: z.int(),
      removed: Removed,
    }),
  ),
  refuses: ['request.cursor_invalid'],
  status: 200,
});
