import { partsOfMessageId } from '#contract/ids.ts';
import type { Mentions } from '#contract/message-parts.ts';
import { refusalToSend } from '#domain/membership.ts';
import { type CarriedMedia, mediaOf, mentionsOf, refusalOfLive, refusalToMention } from '#domain/message-parts.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalByRules, slowSecondsFor } from '#domain/settings.ts';
import { refusalOfBlocked } from '#domain/user.ts';
import type { Caller } from '#runtime/caller.ts';
import type { Head } from '#table/conversation.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import type { StoredMedia } from '#table/media.ts';
import { findSendable } from '#table/media-link.ts';
import type { Member } from '#table/member.ts';
import { roomFor } from '#table/mention.ts';
import type { StoredMessage } from '#table/message.ts';
import { findVisible } from '#table/visible-message.ts';
import type { Outgoing } from './outgoing.ts';

/** Why a member may not write here, send or edit; undefined when they may. */
export const refusalToWrite = (head: Head | undefined, member: Member | undefined): Refusal | undefined =>
  head && member
    ? (refusalToSend(member) ?? refusalOfBlocked(member) ?? refusalByRules(head.rules, member.role))
    : new Refusal('conversation.not_found');

/** Why somebody may not mention these here; undefined when they may, or mention nobody. */
export const refusalOfMentions = async (
  { tenant }: Caller,
  conversationId: string,
  mentions: Mentions | undefined,
): Promise<(member: Member) => Refusal | undefined> => {
  if (!mentions) return () => undefined;
  const room = await roomFor(tenant, conversationId, mentions);
  return (member) => refusalToMention(mentions, member, room);
};

/** These media, and the first of them that the caller may not send, or that is of another kind than it has to be. */
const sendable = async ({ tenant, userId }: Caller, media: readonly CarriedMedia[]) => {
  const found = await Promise.all(media.map(({ mediaId }) => findSendable(tenant, mediaId, userId)));
  const useless = media.find(({ kind = '' }, index) => !found[index]?.contentType.startsWith(kind))?.mediaId;
  return { useless, found: found.filter((one) => one !== undefined) };
};

/** The message that is answered, with its number; undefined when the caller does not see it, or it is not in this conversation. */
const findQuoted = async (
  { tenant, userId }: Caller,
  conversationId: string,
  messageId: string | undefined,
  at: number,
) => {
  if (messageId === undefined) return undefined;
  const key = partsOfMessageId(messageId);
  if (key.conversationId !== conversationId) return undefined;
  const visible = await findVisible(tenant, key, userId, at);
  return visible && { seq: key.seq, stored: visible.stored };
};

/** What the permission check found. */
export interface Permit {
  readonly refusal: Refusal | undefined;
  /** Seconds that the caller waits between two messages. */
  readonly slowSeconds: number;
  /** The message that is answered, as it is stored with the answer. */
  readonly quote?: StoredMessage['q'];
  /** The media that it carries. */
  readonly media?: readonly StoredMedia[];
}

/**
 * Whether the caller may send this here. A media is theirs to send. Also
 * how long they wait between two messages: the head is read with the membership, because a number taken for somebody
 * who may not write is a void in everybody's log. What a plain message does not need is not read for it.
 */
export const permitOf = async (
  caller: Caller,
  { conversationId, body, attachments, mentions, replyTo }: Outgoing,
  at: number,
): Promise<Permit> => {
  const { tenant, userId } = caller;
  const media = mediaOf(body, attachments);
  const [{ head, member }, { useless, found }, refusalFor, quoted] = await Promise.all([
    findHeadFor(tenant, conversationId, userId),
    sendable(caller, media),
    refusalOfMentions(caller, conversationId, mentionsOf(mentions)),
    findQuoted(caller, conversationId, replyTo, at),
  ]);
  const refuse = (refusal: Refusal): Permit => ({ refusal, slowSeconds: 0 });
  const outside = refusalToWrite(head, member);
  if (outside || !member) return refuse(outside ?? new Refusal('conversation.not_found'));
  // Refused again where the number is taken; here, so that it costs no turn.
  if (head?.archivedAt !== undefined) return refuse(new Refusal('conversation.archived'));
  const refusal = refusalOfLive(body, at) ?? refusalFor(member);
  if (refusal) return refuse(refusal);
  const mayQuote = quoted && quoted.stored.b.type !== 'deleted';
  if (replyTo !== undefined && !mayQuote) return refuse(new Refusal('message.reply_unusable'));
  if (useless !== undefined) return refuse(new Refusal('message.media_unusable', { mediaId: useless }));
  return {
    refusal: undefined,
    slowSeconds: slowSecondsFor(head?.rules, member.role),
    ...(quoted ? { quote: { s: quoted.seq, u: quoted.stored.u } } : {}),
    media: found,
  };
};
