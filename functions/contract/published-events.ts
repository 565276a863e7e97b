import * as z from 'zod';
import { ConversationType } from './conversations.ts';
import { ConversationId, Instant, MediaId, MessageId, TenantId, UserId } from './ids.ts';
import { MediaState } from './media.ts';
import { MemberRole } from './member-role.ts';
import { MessageType } from './message-bodies.ts';
import { Mentions } from './message-parts.ts';

/** `source` of everything put on the event bus. */
export const EVENT_SOURCE = 'parley';

/** Members that one `notification.due` names at most. */
export const MOST_RECIPIENTS = 100;

/** Something that happened to a message. */
const OfMessage = {
  tenant: TenantId,
  conversationId: ConversationId,
  seq: z.int(),
  messageId: MessageId,
  senderId: UserId,
};

/** Somebody who has not seen a message on any device. */
const Recipient = z.strictObject({
  userId: UserId,
  /** One a user and conversation: a later notification with the same key takes the place of an earlier one. */
  collapseKey: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  /** Messages by others that this notification speaks of and no device of theirs has acknowledged. */
  messages: z.int().min(1),
  /** One of them mentions this user, or all. */
  mentioned: z.boolean(),
});
export type Recipient = z.output<typeof Recipient>;

/**
 * What is said on the event bus, by detail type: that something happened and where, never what was written. At least once
 * and in any order; a receiver knows a repetition by what the event is about.
 */
export const PublishedEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('message.created'),
    detail: z.strictObject({
      ...OfMessage,
      kind: z.enum([...MessageType.options, 'system']),
      /** Whom it calls; null for nobody. */
      mentions: Mentions.nullable(),
      at: Instant,
    }),
  }),
  z.strictObject({
    /** Its body was edited, or it came back after it was deleted. */
    type: z.literal('message.updated'),
    detail: z.strictObject({ ...OfMessage, version: z.int(), at: Instant }),
  }),
  z.strictObject({
    type: z.literal('message.deleted'),
    detail: z.strictObject({ ...OfMessage, version: z.int(), at: Instant }),
  }),
  z.strictObject({
    type: z.literal('participant.added'),
    detail: z.strictObject({
      tenant: TenantId,
      conversationId: ConversationId,
      userId: UserId,
      role: MemberRole,
      addedBy: UserId,
      /** The number of the log entry that let them in: with user and conversation it tells one membership from another. */
      joinedSeq: z.int(),
      at: Instant,
    }),
  }),
  z.strictObject({
    /** They left, were removed or banned, or the conversation was purged. */
    type: z.literal('participant.removed'),
    detail: z.strictObject({
      tenant: TenantId,
      conversationId: ConversationId,
      userId: UserId,
      joinedSeq: z.int(),
      at: Instant,
    }),
  }),
  z.strictObject({
    /**
     * Members have not seen a message on any device some seconds after it was sent: what becomes a push notification. It
     * carries ids and nothing that was written, in encrypted conversations and in all others; a device fetches the message.
     */
    type: z.literal('notification.due'),
    detail: z.strictObject({
      /** The last message, and who sent it. */
      ...OfMessage,
      kind: MessageType,
      /** Which part of the members this is; those of large conversations come in several events. */
      part: z.int().min(0),
      recipients: z.array(Recipient).min(1).max(MOST_RECIPIENTS),
      at: Instant,
    }),
  }),
  z.strictObject({
    type: z.literal('conversation.created'),
    detail: z.strictObject({
      tenant: TenantId,
      conversationId: ConversationId,
      kind: ConversationType,
      createdBy: UserId,
      at: Instant,
    }),
  }),
  z.strictObject({
    type: z.literal('media.updated'),
    detail: z.strictObject({
      tenant: TenantId,
      mediaId: MediaId,
      ownerId: UserId,
      state: MediaState,
      /** Counts the edges taken, from 1. */
      version: z.int(),
      at: Instant,
    }),
  }),
]);
export type PublishedEvent = z.output<typeof PublishedEvent>;

/** Every name that something is said under. */
export const PUBLISHED_TYPES = PublishedEvent.options.map(({ shape }) => shape.type.value);
