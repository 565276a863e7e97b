import * as z from 'zod';
import { ConversationId, Instant } from './ids.ts';
import { route } from './route.ts';
import { READS } from './within.ts';

/** What a member has set for themselves in one conversation; nobody else sees it. */
export const MySettings = z
  .strictObject({
    muted: z.boolean().default(false),
    /** When the mute ends; null for good. */
    mutedUntil: Instant.nullable().default(null),
    archived: z.boolean().default(false),
    pinned: z.boolean().default(false),
    /** Left out of lists until it is shown again. */
    hidden: z.boolean().default(false),
    /** Marked as unread by hand; reading clears it. */
    markedUnread: z.boolean().default(false),
    notify: z.enum(['all', 'mentions', 'none']).default('all'),
  })
  .meta({ id: 'MySettings' });
export type MySettings = z.output<typeof MySettings>;

export const updateMySettings = route({
  method: 'PATCH',
  path: '/conversations/{conversationId}/me',
  summary: 'Mute, archive, pin, hide or mark unread, for yourself alone',
  permission: 'conversation:read',
  within: READS,
  uses: ['table:batch-get', 'table:update', 'sockets:post', 'stragglers:send'],
  input: z.strictObject({
    conversationId: ConversationId,
    muted: z.boolean().optional(),
    mutedUntil: Instant.nullable().optional(),
    archived: z.boolean().optional(),
    pinned: z.boolean().optional(),
    hidden: z.boolean().optional(),
    markedUnread: z.boolean().optional(),
    notify: z.enum(['all', 'mentions', 'none']).optional(),
  }),
  output: MySettings,
  refuses: ['conversation.not_found'],
  status: 200,
});
