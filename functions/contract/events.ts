import * as z from 'zod';
import { Bookmark } from './bookmarks.ts';
import { ConversationId, Instant, InvitationId, MediaId, MessageId, ScheduledId, UserId } from './ids.ts';
import { InvitationState } from './invitations.ts';
import { LIVE_EVENTS } from './live-events.ts';
import { MediaState } from './media.ts';
import { MemberRole } from './member-role.ts';
import { MySettings } from './member-settings.ts';
import { Message, Reaction } from './messages.ts';
import { ReceivedInvitation } from './received-invitations.ts';
import { ScheduledState } from './scheduled.ts';
import { ChangedFields } from './settings.ts';
import { SYNC_EVENTS } from './sync-events.ts';
import { MyThread, ThreadSummary } from './thread.ts';

/** What an edit, a deletion or a restoration changes of a message; one that is restored shows its reactions again. */
const MessagePatch = Message.pick({
  body: true,
  attachments: true,
  mentions: true,
  replyTo: true,
  forwardedFrom: true,
  version: true,
  editedAt: true,
}).extend({
  reactions: Message.shape.reactions.optional(),
  reactionsSeq: Message.shape.reactionsSeq.optional(),
});

/**
 * What sockets hear. Events of a conversation's log carry its id and their `seq`: a client applies `seq == last + 1`,
 * ignores what it has and pulls what is missing. The others carry no `seq` and are recovered from a snapshot.
 */
export const Event = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('message:created'),
    conversationId: ConversationId,
    seq: z.int(),
    message: Message,
  }),
  /** Its body is another now: edited, or restored after it was deleted. */
  z.strictObject({
    type: z.literal('message:updated'),
    conversationId: ConversationId,
    seq: z.int(),
    messageId: MessageId,
    patch: MessagePatch,
  }),
  z.strictObject({
    type: z.literal('message:deleted'),
    conversationId: ConversationId,
    seq: z.int(),
    messageId: MessageId,
    patch: MessagePatch,
  }),
  /** One has deleted a message for oneself: to one's own devices. */
  z.strictObject({ type: z.literal('message:hidden'), conversationId: ConversationId, messageId: MessageId }),
  /** What it carries is to be put in the place of what was known of these emojis; with a count of 0 one is gone. */
  z.strictObject({
    type: z.literal('reaction:added'),
    conversationId: ConversationId,
    seq: z.int(),
    messageId: MessageId,
    userId: UserId,
    reactions: z.array(Reaction),
  }),
  z.strictObject({
    type: z.literal('reaction:removed'),
    conversationId: ConversationId,
    seq: z.int(),
    messageId: MessageId,
    userId: UserId,
    reactions: z.array(Reaction),
  }),
  /**
   * The first reply: the message `rootId` is the root of a thread now. It follows the reply's own `message:created` in the
   * same frame and bears its number.
   */
  z.strictObject({
    type: z.literal('thread:created'),
    conversationId: ConversationId,
    seq: z.int(),
    rootId: MessageId,
    summary: ThreadSummary,
  }),
  /**
   * With `seq` and `summary`, to every member: another reply, or one was deleted or restored; it follows that event in the
   * same frame and bears its number. The summary is put in the place of one with a smaller version. With `mine`, to one's own
   * devices: one's subscription or read marker is another now.
   */
  z.strictObject({
    type: z.literal('thread:updated'),
    conversationId: ConversationId,
    seq: z.int().optional(),
    rootId: MessageId,
    summary: ThreadSummary.optional(),
    mine: MyThread.optional(),
  }),
  /** A message was pinned, in front of the others; `seq` is the version of the pins now. A message that is deleted is pinned no more. */
  z.strictObject({
    type: z.literal('pin:added'),
    conversationId: ConversationId,
    seq: z.int(),
    messageId: MessageId,
    pinnedBy: UserId,
    pinnedAt: Instant,
  }),
  z.strictObject({
    type: z.literal('pin:removed'),
    conversationId: ConversationId,
    seq: z.int(),
    messageId: MessageId,
  }),
  /** Pins are in another order: those named first, the others as they were. What is named and not pinned (any more) is passed over. */
  z.strictObject({
    type: z.literal('pin:moved'),
    conversationId: ConversationId,
    seq: z.int(),
    messageIds: z.array(MessageId),
  }),
  /** To one's own devices: a message was bookmarked, or has another note. */
  z.strictObject({ type: z.literal('bookmark:added'), bookmark: Bookmark }),
  z.strictObject({ type: z.literal('bookmark:removed'), messageId: MessageId }),
  /** To one's own devices: a draft is another now, or was taken away. What it says is fetched where it is needed. */
  z.strictObject({
    type: z.literal('draft:updated'),
    conversationId: ConversationId,
    threadId: MessageId.nullable(),
    version: z.int(),
    removed: z.boolean(),
  }),
  /** To one's own devices: a message was scheduled, changed or cancelled, or became a message, or was refused (`reason`). */
  z.strictObject({
    type: z.literal('scheduled:updated'),
    scheduledId: ScheduledId,
    conversationId: ConversationId,
    sendAt: Instant,
    state: ScheduledState,
    version: z.int(),
    messageId: MessageId.nullable(),
    reason: z.string().nullable(),
  }),
  z.strictObject({
    type: z.literal('participant:added'),
    conversationId: ConversationId,
    seq: z.int(),
    userIds: z.array(UserId),
    message: Message,
  }),
  /** They were removed, banned or have left. It is the last they hear of the conversation. */
  z.strictObject({
    type: z.literal('participant:removed'),
    conversationId: ConversationId,
    seq: z.int(),
    userIds: z.array(UserId),
    message: Message,
  }),
  z.strictObject({
    type: z.literal('participant:updated'),
    conversationId: ConversationId,
    seq: z.int(),
    participants: z.array(z.strictObject({ userId: UserId, role: MemberRole })),
    message: Message,
  }),
  /**
   * With `seq` and `patch`, to every member: name, description, metadata or avatar is another now, or it was archived or
   * restored; fields that stayed are left out. With `settings`, to one's own devices: one has set something for oneself.
   */
  z.strictObject({
    type: z.literal('conversation:updated'),
    conversationId: ConversationId,
    seq: z.int().optional(),
    patch: ChangedFields.extend({ archivedAt: Instant.nullable().optional(), version: z.int().optional() }).optional(),
    settings: MySettings.optional(),
  }),
  /**
   * It is gone for everybody, with all that was in it. `seq` is the last number it had when it was purged; whatever else of it
   * arrives is to be ignored.
   */
  z.strictObject({ type: z.literal('conversation:purged'), conversationId: ConversationId, seq: z.int() }),
  z.strictObject({
    type: z.literal('settings:updated'),
    conversationId: ConversationId,
    seq: z.int(),
    patch: ChangedFields.extend({ version: z.int() }),
  }),
  /** Moderators have dealt with a message that one reported: to the devices of whoever did. What they did is not said. */
  z.strictObject({ type: z.literal('report:resolved'), messageId: MessageId, actedOn: z.boolean() }),
  /** To the devices of whom it is for; recovered from the list of invitations. */
  z.strictObject({ type: z.literal('invitation:received'), invitation: ReceivedInvitation }),
  /** A direct invitation was accepted (`used_up`), declined or withdrawn: to the devices of whom it was for and of who invited. */
  z.strictObject({
    type: z.literal('invitation:updated'),
    invitationId: InvitationId,
    conversationId: ConversationId,
    userId: UserId,
    state: InvitationState,
  }),
  z.strictObject({
    type: z.literal('media:updated'),
    mediaId: MediaId,
    state: MediaState,
    reason: z.string().nullable(),
    /** While it is uploaded in parts: the bytes that arrived, and which part of all they are, 0 to 1. */
    bytes: z.int().optional(),
    progress: z.number().min(0).max(1).optional(),
  }),
  ...LIVE_EVENTS,
  ...SYNC_EVENTS,
]);
export type Event = z.output<typeof Event>;
