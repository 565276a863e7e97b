import * as z from 'zod';
import { ClientId, ConversationId, UserId } from './ids.ts';
import { sendMessage } from './messages.ts';
import { MOST_WATCHED } from './presence.ts';
import { addReaction, removeReaction } from './reactions.ts';
import { markDelivered, markRead } from './receipts.ts';

/** Conversations whose cursors one `resume` may carry. */
export const MOST_CURSORS = 200;

/** Seconds that somebody counts as writing after they said so. */
export const TYPING_SECONDS = 6;

/** What a client calls a command, to know its answer by. */
export const CommandId = z.string().max(64);
const id = CommandId.optional();
/** The user's cursor, as `sync:resumed` or `sync:pong` gave it. */
const UserCursor = z.string().max(512);
/** Remembered like a message's client id: the same any number of times does it once. */
const operationId = ClientId.optional();

/** What a client may say on a socket, by `action`. Those that HTTPS has too take the same input and are decided by the same code. */
export const Command = z.discriminatedUnion('action', [
  /** Keeps the socket from idling out; with the user's cursor it is answered with the conversations that moved since. */
  z.strictObject({ action: z.literal('ping'), id, since: UserCursor.optional() }),
  /**
   * Says where this client is. Answered, conversation by conversation, with what it has missed; then with what else happened
   * since the user's cursor, and `sync:resumed`. Also ends a pause.
   */
  z.strictObject({
    action: z.literal('resume'),
    id,
    since: UserCursor.optional(),
    /** The last number applied of each conversation. */
    conversations: z
      .record(ConversationId, z.int().min(0))
      .refine((cursors) => Object.keys(cursors).length <= MOST_CURSORS, `at most ${MOST_CURSORS} conversations`)
      .default({}),
  }),
  /** This client falls behind: nothing more is sent to it until it resumes. */
  z.strictObject({ action: z.literal('pause'), id }),
  z.strictObject({ action: z.literal('message.send'), id, ...sendMessage.input.shape }),
  z.strictObject({ action: z.literal('read'), id, ...markRead.input.shape }),
  /** A device's acknowledgement: what up to `seq` was sent has arrived on it. */
  z.strictObject({ action: z.literal('delivered'), id, ...markDelivered.input.shape }),
  z.strictObject({ action: z.literal('react'), id, operationId, ...addReaction.input.shape }),
  z.strictObject({ action: z.literal('unreact'), id, operationId, ...removeReaction.input.shape }),
  z.strictObject({
    action: z.literal('typing'),
    id,
    conversationId: ConversationId,
    active: z.boolean().default(true),
  }),
  /**
   * From now on, and for ten minutes unless it is said again, this socket hears when these users come and go; it is told at
   * once how they are. Replaces who was watched before. A new socket, and one that has paused, says it again.
   */
  z.strictObject({ action: z.literal('presence.watch'), id, userIds: z.array(UserId).max(MOST_WATCHED) }),
]);
export type Command = z.output<typeof Command>;
