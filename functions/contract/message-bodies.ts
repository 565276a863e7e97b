import * as z from 'zod';
import { CustomData } from './custom-data.ts';
import { Instant, InvitationId, MediaId, UserId } from './ids.ts';
import { MemberRole } from './member-role.ts';

/** Characters (UTF-16 code units) of a text message. */
export const MAX_TEXT = 20_000;

/** Longest time for which a location is shared live: a day. */
export const LIVE_HOURS = 24;

const Caption = z.string().max(1_000);

const TextBody = z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(MAX_TEXT) });
const ImageBody = z.strictObject({ type: z.literal('image'), mediaId: MediaId, caption: Caption.optional() });
const VideoBody = z.strictObject({ type: z.literal('video'), mediaId: MediaId, caption: Caption.optional() });
const AudioBody = z.strictObject({ type: z.literal('audio'), mediaId: MediaId, caption: Caption.optional() });
/** Any media at all, as something to be fetched. */
const FileBody = z.strictObject({
  type: z.literal('file'),
  mediaId: MediaId,
  /** The name to show; without it, the one it was uploaded under. */
  name: z.string().min(1).max(255).optional(),
  caption: Caption.optional(),
});
/** A place in degrees (WGS 84). With `liveUntil` its author goes on changing it until then, by editing the message. */
const LocationBody = z.strictObject({
  type: z.literal('location'),
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
  /** Metres within which it is right. */
  accuracy: z.number().min(0).max(100_000).optional(),
  label: z.string().min(1).max(200).optional(),
  /** Within a day of sending. An edit keeps it or brings it forward: at a time that has passed, sharing has stopped. */
  liveUntil: Instant.optional(),
});
/** What is kept of a vCard (RFC 6350: FN, TEL, EMAIL, ORG, NOTE). `userId` is a claim: nobody checks whose card it is. */
const ContactBody = z.strictObject({
  type: z.literal('contact'),
  name: z.string().trim().min(1).max(200),
  phones: z
    .array(
      z
        .string()
        .regex(/^\+?[0-9][0-9 ().\-/]{1,30}$/)
        .meta({ example: '+44 20 7946 0018' }),
    )
    .max(10)
    .optional(),
  emails: z
    .array(z.email().max(254).meta({ example: 'ada@example.com' }))
    .max(10)
    .optional(),
  organisation: z.string().min(1).max(200).optional(),
  note: z.string().min(1).max(1_000).optional(),
  userId: UserId.optional(),
});

/** What a tenant calls a type of its own. */
export const CustomName = z
  .string()
  .regex(/^[a-z][a-z0-9_.-]{0,63}$/)
  .meta({ example: 'chess.move' });

/** A type of the tenant's own; its settings say which names there are. */
const CustomBody = z.strictObject({
  type: z.literal('custom'),
  name: CustomName,
  data: CustomData,
  /** What lists and clients that do not know the name show, and what is found. */
  text: z.string().min(1).max(1_000).optional(),
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
  /** By whose invitation somebody joined, and which. */
  invitation: z.strictObject({ id: InvitationId, by: UserId }).optional(),
  /** When a ban or an offer ends; absent: never, or nothing ends. */
  until: Instant.optional(),
});
export type SystemBody = z.output<typeof SystemBody>;

/** What is left of a deleted message: its place. */
const DeletedBody = z.strictObject({ type: z.literal('deleted') });

const DRAFTS = [TextBody, ImageBody, VideoBody, AudioBody, FileBody, LocationBody, ContactBody, CustomBody] as const;

/** What a client may send. */
export const MessageDraft = z.discriminatedUnion('type', DRAFTS);
export type MessageDraft = z.output<typeof MessageDraft>;

/** The types that a client may send. */
export const MessageType = z.enum([
  'text',
  'image',
  'video',
  'audio',
  'file',
  'location',
  'contact',
  'custom',
] satisfies MessageDraft['type'][]);

/** What a message may hold. */
export const MessageBody = z.discriminatedUnion('type', [...DRAFTS, SystemBody, DeletedBody]);
export type MessageBody = z.output<typeof MessageBody>;
