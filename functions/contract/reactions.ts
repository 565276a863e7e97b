import * as z from 'zod';
import { Instant, MessageId, UserId } from './ids.ts';
import { Message } from './messages.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { READS, WRITES } from './within.ts';

/** Times a minute that a user may change their reactions, and at once. */
export const REACTIONS_A_MINUTE = 5;

/** Different emojis that one message may carry. */
export const MOST_EMOJIS = 20;

/** Any emoji that Unicode recommends for general interchange, in any spelling, or `:name:` of the tenant's own; in a path percent-encoded. */
export const Emoji = z.string().min(1).max(128).meta({ example: '👍' });

const changing = ['table:get', 'table:batch-get', 'table:query', 'table:put', 'table:update'] as const;

/** What any change of a reaction may be refused with. Its Idempotency-Key is remembered like a message's client id. */
const CHANGE_REFUSALS = [
  'message.not_found',
  'message.forbidden',
  'message.deleted',
  'message.archived',
  'conversation.archived',
  'reaction.rate_limited',
  'message.client_id_reused',
  'message.client_id_ahead',
  'message.client_id_too_old',
  'service.contended',
] as const;

export const addReaction = route({
  method: 'POST',
  path: '/messages/{messageId}/reactions',
  summary: 'React to a message with an emoji; any number of times is once',
  permission: 'message:send',
  within: WRITES,
  uses: [...changing, 'sockets:post', 'stragglers:send'],
  input: z.strictObject({ messageId: MessageId, emoji: Emoji }),
  output: Message,
  refuses: [...CHANGE_REFUSALS, 'reaction.too_many', 'reaction.emoji_unknown'],
  status: 201,
});

export const removeReaction = route({
  method: 'DELETE',
  path: '/messages/{messageId}/reactions/{emoji}',
  summary: 'Take back your reaction with this emoji; what is not there stays so',
  permission: 'message:send',
  within: WRITES,
  uses: [...changing, 'table:delete', 'sockets:post', 'stragglers:send'],
  input: z.strictObject({ messageId: MessageId, emoji: Emoji }),
  output: Message,
  refuses: CHANGE_REFUSALS,
  status: 200,
});

export const removeReactions = route({
  method: 'DELETE',
  path: '/messages/{messageId}/reactions',
  summary: 'Take back all your reactions to a message, together',
  permission: 'message:send',
  within: WRITES,
  uses: [...changing, 'table:delete', 'sockets:post', 'stragglers:send'],
  input: z.strictObject({ messageId: MessageId }),
  output: Message,
  refuses: CHANGE_REFUSALS,
  status: 200,
});

export const listReactions = route({
  method: 'GET',
  path: '/messages/{messageId}/reactions',
  summary: 'Who reacted to a message, with one emoji or with any; nobody where it is deleted',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'signing-key:read'],
  input: z.strictObject({
    messageId: MessageId,
    emoji: Emoji.optional(),
    limit: Limit,
    cursor: Cursor.optional(),
  }),
  output: page(z.strictObject({ emoji: z.string(), userId: UserId, reactedAt: Instant })),
  refuses: ['message.not_found', 'request.cursor_invalid'],
  status: 200,
});
