import * as z from 'zod';
import { Instant, MediaId, UserId } from './ids.ts';
import { MemberRole } from './participants.ts';

/** Characters (UTF-16 code units) of a text message. */
export const MAX_TEXT = 20_000;

const TextBody = z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(MAX_TEXT) });
const ImageBody = z.strictObject({
  type: z.literal('image'),
  mediaId: MediaId,
  caption: z.string().max(1_000).optional(),
});
/** What the server itself says in a conversation: who came and went, who was there at the start, who is what now. */
const SystemBody = z.strictObject({
  type: z.literal('system'),
  kind: z.enum([
    'conversation_created',
    'participants_added',
    'participants_removed',
    'participant_joined',
    'participant_left',
    'participant_banned',
    'participant_unbanned',
    'role_changed',
    'ownership_offered',
    'ownership_withdrawn',
    'ownership_taken',
  ]),
  userIds: z.array(UserId),
  /** The roles that some of them have from now on. */
  roles: z.array(z.strictObject({ userId: UserId, role: MemberRole })).optional(),
  /** When a ban or an offer ends; absent: never, or nothing ends. */
  until: Instant.optional(),
});
export type SystemBody = z.output<typeof SystemBody>;

/** What is left of a deleted message: its place. */
const DeletedBody = z.strictObject({ type: z.literal('deleted') });

/** What a client may send. */
export const MessageDraft = z.discriminatedUnion('type', [TextBody, ImageBody]);
export type MessageDraft = z.output<typeof MessageDraft>;

/** What a message may hold. */
export const MessageBody = z.discriminatedUnion('type', [TextBody, ImageBody, SystemBody, DeletedBody]);
export type MessageBody = z.output<typeof MessageBody>;
