import * as z from 'zod';
import { ConversationId, Instant, MediaId, MessageId, UserId } from './ids.ts';

/** Media that a message of any type may carry besides its body. */
export const MAX_ATTACHMENTS = 10;

/** Users that a message may mention by name. */
export const MAX_MENTIONED = 50;

/** Members of a conversation up to which every member may mention all; beyond, owners and admins. */
export const MENTION_ALL_MEMBERS = 100;

const distinct = (list: readonly string[]): boolean => new Set(list).size === list.length;

/** Media that the sender may use: ready, and theirs or readable to them. */
export const Attachments = z.array(MediaId).min(1).max(MAX_ATTACHMENTS).refine(distinct, 'names a media twice');

/** Whom a message is to call. Nobody is mentioned by what a text says alone: only who is named here. */
export const MentionsDraft = z.strictObject({
  userIds: z.array(UserId).max(MAX_MENTIONED).refine(distinct, 'names a user twice').optional(),
  all: z.boolean().optional(),
});
export type MentionsDraft = z.output<typeof MentionsDraft>;

export const Mentions = z.strictObject({ userIds: z.array(UserId), all: z.boolean() }).meta({ id: 'Mentions' });
export type Mentions = z.output<typeof Mentions>;

/** The message that this one answers. What it says is read where it is, so that a deleted one is quoted nowhere. */
export const ReplyTo = z.strictObject({ id: MessageId, senderId: UserId }).meta({ id: 'ReplyTo' });
export type ReplyTo = z.output<typeof ReplyTo>;

/** Where a forwarded copy comes from: the first message of all, however often it was forwarded since. */
export const ForwardedFrom = z
  .strictObject({ conversationId: ConversationId, messageId: MessageId, senderId: UserId, createdAt: Instant })
  .meta({ id: 'ForwardedFrom' });
export type ForwardedFrom = z.output<typeof ForwardedFrom>;
