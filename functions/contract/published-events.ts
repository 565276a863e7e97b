import * as z from 'zod';
import { ConversationType } from './conversations.ts';
import { ConversationId, Instant, MediaId, MessageId, TenantId, UserId } from './ids.ts';
import { MediaState } from './media.ts';
import { MessageType } from './message-bodies.ts';

/** `source` of everything put on the event bus. */
export const EVENT_SOURCE = 'parley';

/**
 * What is said on the event bus, by detail type: that something happened and where, never what was written. At least once
 * and in any order; a receiver knows a repetition by what the event is about.
 */
export const PublishedEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('message.created'),
    detail: z.strictObject({
      tenant: TenantId,
      conversationId: ConversationId,
      seq: z.int(),
      messageId: MessageId,
      senderId: UserId,
      kind: z.enum([...MessageType.options, 'system']),
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
