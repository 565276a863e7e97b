import * as z from 'zod';
import { ConversationId, Instant } from './ids.ts';
import { Message } from './messages.ts';
import { Watermark } from './receipts.ts';

/** A conversation and a number of its log. */
export const Place = z.strictObject({ conversationId: ConversationId, seq: z.int() });

/** What belongs to the protocol itself: answers to commands, and how far a client has come. docs/adr/0014 has the rules. */
export const SYNC_EVENTS = [
  /** An event too large for a frame: fetch it by its number. */
  z.strictObject({ type: z.literal('sync:pointer'), conversationId: ConversationId, seq: z.int() }),
  /**
   * Whatever up to `seq` this client may see has been said: numbers without an event hold nothing for it. Its cursor of the
   * conversation is `seq` now.
   */
  z.strictObject({ type: z.literal('sync:at'), conversationId: ConversationId, seq: z.int() }),
  /** As `sync:at`, but there is more than fits this answer: go on from `seq`. */
  z.strictObject({ type: z.literal('sync:more'), conversationId: ConversationId, seq: z.int() }),
  /** What follows the cursor is no longer kept, or the cursor is of another log: take a snapshot, which is at `seq` or beyond. */
  z.strictObject({ type: z.literal('sync:reset'), conversationId: ConversationId, seq: z.int() }),
  /** Conversations that one is not, or no longer, in. */
  z.strictObject({ type: z.literal('sync:left'), conversationIds: z.array(ConversationId) }),
  /** Conversations in which something happened since the user's cursor, and new ones, with the last number each has taken. */
  z.strictObject({ type: z.literal('sync:changed'), conversations: z.array(Place) }),
  /** The end of the answer to `resume`. */
  z.strictObject({
    type: z.literal('sync:resumed'),
    id: z.string().nullable(),
    /** The user's cursor now. */
    cursor: z.string(),
    /** Whether conversations were joined or left since the cursor that was given: then `GET /sync` with that one tells which. */
    memberships: z.enum(['same', 'changed']),
    serverTime: Instant,
    /** Open the next socket by then, and close this one when it has resumed. */
    reconnectAt: Instant,
  }),
  z.strictObject({
    type: z.literal('sync:pong'),
    id: z.string().nullable(),
    serverTime: Instant,
    /** The user's cursor now, where the ping carried one. */
    cursor: z.string().nullable(),
    memberships: z.enum(['same', 'changed']),
  }),
  /** What a command did; `status` and `body` are those of the same operation over HTTPS. `body` is null where it fits no frame. */
  z.strictObject({
    type: z.literal('sync:done'),
    id: z.string().nullable(),
    status: z.int(),
    replayed: z.boolean(),
    body: z.union([Message, Watermark]).nullable(),
  }),
  /** Why a command was refused: the problem document of the same operation over HTTPS. */
  z.strictObject({
    type: z.literal('sync:error'),
    id: z.string().nullable(),
    status: z.int(),
    code: z.string(),
    title: z.string(),
    issues: z.array(z.strictObject({ path: z.string(), message: z.string() })),
    /** What else the refusal says, by name (`serverTime`, `storedHash`, `retryAfter` in seconds …). */
    details: z.record(z.string(), z.unknown()),
  }),
  /** This socket did not take what was sent to it: it hears nothing more until it resumes. */
  z.strictObject({ type: z.literal('sync:required') }),
  /** Open another socket, then close this one: its time, or its token's, is nearly over. */
  z.strictObject({ type: z.literal('sync:reconnect'), by: Instant }),
] as const;
