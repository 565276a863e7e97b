import * as z from 'zod';
import { ConversationId, Instant, UserId } from './ids.ts';
import { Presence } from './presence.ts';

/** What is told as it happens and kept nowhere: no part of a log, and recovered from a snapshot or not at all. */
export const LIVE_EVENTS = [
  /** How far a member has read, and what has reached them: told only in conversations of up to 100. */
  z.strictObject({ type: z.literal('read'), conversationId: ConversationId, userId: UserId, upTo: z.int() }),
  z.strictObject({ type: z.literal('delivered'), conversationId: ConversationId, userId: UserId, upTo: z.int() }),
  /**
   * Instead of these, in larger conversations, once a second at most: how many members the last message has reached, how many
   * have read it, and how many are online.
   */
  z.strictObject({
    type: z.literal('receipts'),
    conversationId: ConversationId,
    /** The number of the message. */
    seq: z.int(),
    delivered: z.int(),
    read: z.int(),
    online: z.int(),
    members: z.int(),
  }),
  /** Somebody is writing, until `expiresAt` or until they stop (`active` false). */
  z.strictObject({
    type: z.literal('typing'),
    conversationId: ConversationId,
    userId: UserId,
    active: z.boolean(),
    expiresAt: Instant,
  }),
  /** Of a user whom one watches. */
  z.strictObject({ type: z.literal('presence'), ...Presence.shape }),
] as const;
