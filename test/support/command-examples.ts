import type * as z from 'zod';
import type { Command } from '#contract/commands.ts';
import { CONVERSATION_ID, MESSAGE_ID } from './example-ids.ts';
import { EXAMPLES } from './examples.ts';

type Said = z.input<typeof Command>;

/** One valid command of each action. Typed by the contract: an action without an example does not compile. */
export const COMMAND_EXAMPLES: { readonly [A in Said['action']]: Omit<Extract<Said, { action: A }>, 'action'> } = {
  ping: { id: '1' },
  resume: { id: '2', conversations: { [CONVERSATION_ID]: 1 } },
  pause: { id: '3' },
  'message.send': { id: '4', ...EXAMPLES.messages.sendMessage },
  read: { id: '5', ...EXAMPLES.receipts.markRead },
  delivered: { id: '6', ...EXAMPLES.receipts.markDelivered },
  react: { id: '7', messageId: MESSAGE_ID, emoji: '👍' },
  unreact: { id: '8', messageId: MESSAGE_ID, emoji: '👍' },
  typing: { id: '9', conversationId: CONVERSATION_ID },
  'presence.watch': { id: '10', userIds: ['bob', 'cleo'] },
};
