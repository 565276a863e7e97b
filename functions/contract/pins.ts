import * as z from 'zod';
import { ConversationId, Instant, MessageId, UserId } from './ids.ts';
import { Message } from './messages.ts';
import { route } from './route.ts';
import { MANAGES, READS } from './within.ts';

/** Message ids that an order may name: more than are ever pinned. */
const MOST_NAMED = 100;

export const Pin = z.strictObject({ message: Message, pinnedBy: UserId, pinnedAt: Instant });
export type Pin = z.output<typeof Pin>;

export const Pins = z
  .strictObject({
    /** The `seq` of the event that last changed them; 0 before the first. */
    version: z.int(),
    /** In their order; a new one comes first. */
    items: z.array(Pin),
  })
  .meta({ id: 'Pins' });
export type Pins = z.output<typeof Pins>;

const changing = [
  'table:get',
  'table:batch-get',
  'table:query',
  'table:put',
  'table:update',
  'table:check',
  'sockets:post',
  'stragglers:send',
] as const;

/** What any change of pins may be refused with. Its Idempotency-Key is remembered like a message's client id. */
const refusals = [
  'participant.forbidden',
  'message.forbidden',
  'conversation.archived',
  'message.client_id_reused',
  'message.client_id_ahead',
  'message.client_id_too_old',
  'service.contended',
] as const;

export const pinMessage = route({
  method: 'PUT',
  path: '/messages/{messageId}/pin',
  summary:
    'Pin a message, in front of the others; any number of times is once. Who may is a setting of the conversation',
  permission: 'message:send',
  within: MANAGES,
  uses: changing,
  input: z.strictObject({ messageId: MessageId }),
  output: Message,
  refuses: ['message.not_found', 'message.deleted', 'message.archived', 'pin.too_many', ...refusals],
  status: 200,
});

export const unpinMessage = route({
  method: 'DELETE',
  path: '/messages/{messageId}/pin',
  summary: 'Take a message’s pin away; what is not pinned stays so',
  permission: 'message:send',
  within: MANAGES,
  uses: changing,
  input: z.strictObject({ messageId: MessageId }),
  output: Message,
  refuses: ['message.not_found', 'message.archived', ...refusals],
  status: 200,
});

export const listPins = route({
  method: 'GET',
  path: '/conversations/{conversationId}/pins',
  summary: 'The pinned messages of a conversation, in their order; those that you may not read are left out',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get'],
  input: z.strictObject({ conversationId: ConversationId }),
  output: Pins,
  refuses: ['conversation.not_found'],
  status: 200,
});

export const orderPins = route({
  method: 'PUT',
  path: '/conversations/{conversationId}/pins',
  aliases: [{ method: 'PATCH', path: '/conversations/{conversationId}/pins' }],
  summary:
    'Put pins into another order: those named come first, the others follow as they were; say which version (`version` or If-Match)',
  permission: 'message:send',
  within: MANAGES,
  uses: changing,
  input: z.strictObject({
    conversationId: ConversationId,
    version: z.int().min(1).optional(),
    messageIds: z.array(MessageId).min(1).max(MOST_NAMED),
  }),
  output: Pins,
  refuses: ['conversation.not_found', 'pin.not_found', 'pin.version_conflict', ...refusals],
  status: 200,
});
