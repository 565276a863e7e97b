import * as z from 'zod';
import { ConversationDetails, Name } from './conversations.ts';
import type { ErrorCode } from './errors.ts';
import { ConversationId, Instant, MediaId, UserId } from './ids.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { ChangedFields, ConversationSettings, Description, Metadata, SettingsChange } from './settings.ts';
import type { Use } from './uses.ts';
import { ARCHIVES, MANAGES, READS, RESTORES } from './within.ts';

const changing: readonly Use[] = [
  'table:get',
  'table:batch-get',
  'table:query',
  'table:put',
  'table:update',
  'table:check',
  'sockets:post',
  'stragglers:send',
];

/** What every change may be refused with. Its Idempotency-Key is remembered like a message's client id. */
const refusals: readonly ErrorCode[] = [
  'conversation.not_found',
  'participant.forbidden',
  'message.client_id_reused',
  'message.client_id_ahead',
  'message.client_id_too_old',
  'service.contended',
];
const versioned: readonly ErrorCode[] = [...refusals, 'conversation.archived', 'conversation.version_conflict'];

/** The version that is changed; `If-Match` says the same. */
const version = z.int().min(1).optional();

export const updateConversation = route({
  method: 'PATCH',
  path: '/conversations/{conversationId}',
  aliases: [{ method: 'PUT', path: '/conversations/{conversationId}' }],
  summary: 'Change name, description, avatar or metadata of a conversation',
  permission: 'conversation:update',
  within: MANAGES,
  uses: [...changing, 'table:query-by-user', 'table:delete'],
  input: z.strictObject({
    conversationId: ConversationId,
    version,
    /** Null takes the name of a group away; a channel keeps one, a direct conversation has none. */
    name: Name.nullable().optional(),
    description: Description.nullable().optional(),
    avatarId: MediaId.nullable().optional(),
    /** In place of what was there. */
    metadata: Metadata.optional(),
  }),
  output: ConversationDetails,
  refuses: [...versioned, 'message.media_unusable'],
  status: 200,
});

export const archiveConversation = route({
  method: 'DELETE',
  path: '/conversations/{conversationId}',
  summary: 'Archive a conversation for everybody: read-only and restorable',
  permission: 'conversation:update',
  within: ARCHIVES,
  uses: changing,
  input: z.strictObject({ conversationId: ConversationId }),
  output: ConversationDetails,
  refuses: [...refusals, 'conversation.archived', 'conversation.direct_fixed'],
  status: 200,
});

export const restoreConversation = route({
  method: 'POST',
  path: '/conversations/{conversationId}/restore',
  summary: 'Restore an archived conversation',
  permission: 'conversation:update',
  within: RESTORES,
  uses: changing,
  input: z.strictObject({ conversationId: ConversationId }),
  output: ConversationDetails,
  refuses: [...refusals, 'conversation.not_archived', 'conversation.direct_fixed'],
  status: 200,
});

export const getSettings = route({
  method: 'GET',
  path: '/conversations/{conversationId}/settings',
  summary: 'Get a conversation with its description, metadata and settings',
  permission: 'conversation:read',
  within: READS,
  uses: ['table:get', 'table:batch-get'],
  input: z.strictObject({ conversationId: ConversationId }),
  output: ConversationDetails,
  refuses: ['conversation.not_found'],
  status: 200,
});

export const updateSettings = route({
  method: 'PATCH',
  path: '/conversations/{conversationId}/settings',
  summary: 'Change how a conversation is run: look, notifications, who may do what, slow mode, history, retention',
  permission: 'conversation:update',
  within: MANAGES,
  uses: [...changing, 'table:query-by-user', 'table:delete'],
  input: SettingsChange.extend({ conversationId: ConversationId, version }),
  output: ConversationDetails,
  refuses: [...versioned, 'settings.retention_too_long', 'message.media_unusable'],
  status: 200,
});

export const listSettingsHistory = route({
  method: 'GET',
  path: '/conversations/{conversationId}/settings/history',
  summary: 'List the changes of a conversation and its settings, newest first',
  permission: 'conversation:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'signing-key:read'],
  input: z.strictObject({ conversationId: ConversationId, limit: Limit, cursor: Cursor.optional() }),
  output: page(
    z.strictObject({
      /** The version that the change made, and all settings in it. */
      version: z.int(),
      settings: ConversationSettings,
      changedBy: UserId,
      changedAt: Instant,
      before: ChangedFields,
      after: ChangedFields,
    }),
  ),
  refuses: ['conversation.not_found', 'request.cursor_invalid'],
  status: 200,
});

export const revertSettings = route({
  method: 'POST',
  path: '/conversations/{conversationId}/settings/revert',
  summary: 'Take the settings back to those of an earlier version; that makes a new one',
  permission: 'conversation:update',
  within: MANAGES,
  uses: [...changing, 'table:query-by-user', 'table:delete'],
  input: z.strictObject({
    conversationId: ConversationId,
    /** The version to go back to. `If-Match` may say which one is changed. */
    version: z.int().min(1),
  }),
  output: ConversationDetails,
  refuses: [...versioned, 'settings.version_unknown', 'settings.retention_too_long', 'message.media_unusable'],
  status: 200,
});
