import * as z from 'zod';
import { ClientId, ConversationId, MessageId } from './ids.ts';
import { Message, sendMessage } from './messages.ts';
import { route } from './route.ts';
import { READS } from './within.ts';

/** Conversations that one call may forward a message to. */
export const MAX_TARGETS = 10;

export const forwardMessage = route({
  method: 'POST',
  path: '/messages/{messageId}/forward',
  summary: 'Forward a message that you may read: a copy that stays as it is, sent by you; each target is reported',
  permission: 'message:send',
  within: READS,
  uses: [...sendMessage.uses, 'archive:read'],
  input: z.strictObject({
    messageId: MessageId,
    targets: z
      .array(z.strictObject({ conversationId: ConversationId, clientId: ClientId.optional() }))
      .min(1)
      .max(MAX_TARGETS)
      .refine(
        (targets) => new Set(targets.map(({ conversationId }) => conversationId)).size === targets.length,
        'names a conversation twice',
      ),
  }),
  output: z.strictObject({
    /** In the order of the targets. */
    results: z.array(
      z.strictObject({
        conversationId: ConversationId,
        /** `code`: why it was refused there, as sending a message there is. */
        status: z.enum(['forwarded', 'refused']),
        message: Message.nullable(),
        code: z.string().nullable(),
      }),
    ),
  }),
  /** These only when nothing was forwarded anywhere. */
  refuses: ['message.not_found', 'message.not_forwardable'],
  status: 200,
});
