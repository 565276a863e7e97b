import { LIVE_HOURS, type MessageBody, type MessageDraft } from '#contract/message-bodies.ts';
import { MENTION_ALL_MEMBERS, type Mentions, type MentionsDraft } from '#contract/message-parts.ts';
import type { Membership } from './membership.ts';
import { Refusal } from './refusal.ts';

/** A media that a message carries, and what its content type begins with when the message's type asks for a kind. */
export interface CarriedMedia {
  readonly mediaId: string;
  readonly kind: 'image/' | 'video/' | 'audio/' | undefined;
}

/** Every media that a message carries, once each: its body's, which has to be of the body's kind, and the attachments. */
export function mediaOf(body: MessageBody, attachments: readonly string[] = []): CarriedMedia[] {
  const carried = new Map(
    attachments.map((mediaId): [string, CarriedMedia] => [mediaId, { mediaId, kind: undefined }]),
  );
  if (body.type === 'image' || body.type === 'video' || body.type === 'audio')
    carried.set(body.mediaId, { mediaId: body.mediaId, kind: `${body.type}/` });
  else if (body.type === 'file') carried.set(body.mediaId, { mediaId: body.mediaId, kind: undefined });
  return [...carried.values()];
}

/** Whom a draft mentions; undefined when that is nobody. */
export const mentionsOf = ({ userIds = [], all = false }: MentionsDraft = {}): Mentions | undefined =>
  userIds.length === 0 && !all ? undefined : { userIds, all };

/** What deciding over mentions needs to know of a conversation: who of the mentioned is in it, and how many are. */
export interface Room {
  readonly present: ReadonlySet<string>;
  readonly members: number;
}

/** Why a member may not mention these; undefined when they may. Owners and admins mention all in any conversation. */
export function refusalToMention(mentions: Mentions, { role }: Membership, room: Room): Refusal | undefined {
  const unknown = mentions.userIds.filter((userId) => !room.present.has(userId));
  if (unknown.length > 0) return new Refusal('message.mention_unknown', { userIds: unknown });
  if (!mentions.all || role === 'owner' || role === 'admin' || room.members <= MENTION_ALL_MEMBERS) return undefined;
  return new Refusal('message.mention_all_forbidden', { mostMembers: MENTION_ALL_MEMBERS });
}

/** Whom a message calls, as it is stored: `u` users, `a` all. */
export interface Called {
  readonly u?: readonly string[] | undefined;
  readonly a?: true | undefined;
}

/** Whether a message calls this user. */
export const mentions = (of: Called | undefined, userId: string): boolean =>
  of !== undefined && (of.a === true || (of.u ?? []).includes(userId));

const invalidEnd = (message: string): Refusal =>
  new Refusal('request.invalid', { issues: [{ path: 'body.liveUntil', message }] });

/** Why a location cannot be shared live until then; undefined for one that can, and for any other body. */
export function refusalOfLive(body: MessageDraft, at: number): Refusal | undefined {
  if (body.type !== 'location' || body.liveUntil === undefined) return undefined;
  const ends = Date.parse(body.liveUntil);
  return ends <= at || ends > at + LIVE_HOURS * 3_600_000
    ? invalidEnd(`lies in the next ${LIVE_HOURS} hours`)
    : undefined;
}

/** Whether this is a location that its author is sharing live: its edits are its updates, and no history is kept of them. */
export const isLive = (body: MessageBody, at: number): boolean =>
  body.type === 'location' && body.liveUntil !== undefined && at < Date.parse(body.liveUntil);

/** Why a location cannot become this one; undefined when it can: an end may come forward, but not move away or appear. */
export function refusalToMove(before: MessageBody, draft: MessageDraft, at: number): Refusal | undefined {
  if (before.type !== 'location' || draft.type !== 'location') return undefined;
  if (before.liveUntil === undefined)
    return draft.liveUntil === undefined ? undefined : invalidEnd('is said when it is sent');
  if (!isLive(before, at)) return new Refusal('message.live_ended', { endedAt: before.liveUntil });
  return draft.liveUntil === undefined || Date.parse(draft.liveUntil) > Date.parse(before.liveUntil)
    ? invalidEnd('stays, or comes forward')
    : undefined;
}
