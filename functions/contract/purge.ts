import * as z from 'zod';
import { ConversationId, Instant } from './ids.ts';
import { route } from './route.ts';
import { PURGES } from './within.ts';

export const purgeConversation = route({
  method: 'POST',
  path: '/conversations/{conversationId}/purge',
  summary: 'Remove a conversation for ever with all that is in it: for everybody, at once, and not to be undone',
  permission: 'conversation:update',
  within: PURGES,
  uses: [
    'table:get',
    'table:batch-get',
    'table:query',
    'table:put',
    'table:update',
    'table:delete',
    'table:check',
    'sockets:post',
    'stragglers:send',
  ],
  input: z.strictObject({
    conversationId: ConversationId,
    /** The conversation’s id once more: who sends it means this one. */
    confirm: ConversationId,
  }),
  output: z.strictObject({
    conversationId: ConversationId,
    /** From then on it is gone for everybody; what is stored of it is deleted within minutes to hours. */
    purgedAt: Instant,
  }),
  refuses: ['conversation.not_found', 'participant.forbidden', 'conversation.held', 'service.contended'],
  status: 202,
});
