import type { MessageDraft } from '#contract/message-bodies.ts';
import { refusalToSend } from '#domain/membership.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalByRules, slowSecondsFor } from '#domain/settings.ts';
import { refusalOfBlocked } from '#domain/user.ts';
import type { Caller } from '#runtime/caller.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { findSendable, linkMedia } from '#table/media.ts';

/**
 * Why the caller may not send this here; undefined when they may. A media is theirs to send, and then the room's. Also
 * how long they wait between two messages: the head is read with the membership, because a number taken for somebody
 * who may not write is a void in everybody's log.
 */
export const refusalOf = async (
  { tenant, userId }: Caller,
  conversationId: string,
  body: MessageDraft,
): Promise<{ refusal: Refusal | undefined; slowSeconds: number }> => {
  const [{ head, member }, media] = await Promise.all([
    findHeadFor(tenant, conversationId, userId),
    body.type === 'image' ? findSendable(tenant, body.mediaId, userId) : undefined,
  ]);
  const refuse = (refusal: Refusal) => ({ refusal, slowSeconds: 0 });
  const outside = refusalToSend(member);
  if (outside || !member) return refuse(outside ?? new Refusal('conversation.not_found'));
  const refusal = refusalOfBlocked(member) ?? refusalByRules(head?.rules, member.role);
  if (refusal) return refuse(refusal);
  // Refused again where the number is taken; here, so that it costs no turn and links no picture.
  if (head?.archivedAt !== undefined) return refuse(new Refusal('conversation.archived'));
  if (body.type === 'image') {
    if (!media) return refuse(new Refusal('message.media_unusable', { mediaId: body.mediaId }));
    await linkMedia(tenant, body.mediaId, conversationId);
  }
  return { refusal: undefined, slowSeconds: slowSecondsFor(head?.rules, member.role) };
};
