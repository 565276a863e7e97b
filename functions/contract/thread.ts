import * as z from 'zod';
import { Instant, MessageId, UserId } from './ids.ts';

/** How deep replies go: a reply to a message of its own lies at 1, a reply to that one at 2. */
export const MAX_DEPTH = 5;

/** Participants that a summary names. */
export const SHOWN_PARTICIPANTS = 5;

/** What is said of a thread wherever its root is shown. */
export const ThreadSummary = z
  .strictObject({
    /** Replies at any depth, without deleted ones. */
    replyCount: z.int(),
    /** How many users have replied, and the last of them, the latest first. Who deletes a reply has replied. */
    participantCount: z.int(),
    participants: z.array(UserId).max(SHOWN_PARTICIPANTS),
    /** The last reply, and when it was sent: deleted or not. */
    lastReplyId: MessageId,
    lastReplyAt: Instant,
    /** Counts the changes of the summary, from 1: of two summaries the greater version holds. */
    version: z.int(),
  })
  .meta({ id: 'ThreadSummary' });
export type ThreadSummary = z.output<typeof ThreadSummary>;

/** Where a message stands in its thread: the root at depth 0, with the summary; a reply at 1 to 5, under its parent. */
export const MessageThread = z
  .strictObject({
    rootId: MessageId,
    parentId: MessageId.nullable(),
    depth: z.int().min(0).max(MAX_DEPTH),
    summary: ThreadSummary.nullable(),
  })
  .meta({ id: 'MessageThread' });
export type MessageThread = z.output<typeof MessageThread>;

/**
 * What a user has to do with a thread. `following`: it is in their list. `none`: it is not, until they take part again.
 * `muted`: it is not, and taking part does not change that.
 */
export const Subscription = z.enum(['following', 'muted', 'none']);
export type Subscription = z.output<typeof Subscription>;

/** A thread as one user has it. */
export const MyThread = z
  .strictObject({
    subscription: Subscription,
    /** What made it so: a choice, or taking part. Null while nothing did. */
    reason: z.enum(['chosen', 'author', 'replied', 'mentioned']).nullable(),
    /** The read marker: a number of the conversation's log; 0 before the first. */
    readSeq: z.int(),
    /** Replies by others after one's marker and one's own last reply, without deleted ones; exact. */
    unreadCount: z.int(),
  })
  .meta({ id: 'MyThread' });
export type MyThread = z.output<typeof MyThread>;
