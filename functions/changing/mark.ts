import type { Event } from '#contract/events.ts';
import { announce } from '#delivery/announce.ts';
import { askForReceipts } from '#delivery/tell-receipts.ts';
import { Refusal } from '#domain/refusal.ts';
import { MOST_TO_TELL, moves, watermarksOf } from '#domain/watermark.ts';
import { log as logger } from '#runtime/log.ts';
import { count } from '#runtime/metrics.ts';
import type { Request } from '#runtime/service.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { audienceOf } from '#table/member.ts';
import { markerAt } from '#table/read-marker.ts';
import { countUnread } from '#table/unread.ts';
import { quietReaders } from '#table/user.ts';
import { findStanding, type MemberState, moveDelivered, moveRead, putMySettings } from '#table/watermark.ts';

/**
 * Moves one of the caller's watermarks, with one write unit, and tells the others where they are few and the
 * caller does not keep their reading to themselves. One that is there
 * already, or further, stays and is answered. Raises `conversation.not_found`, `watermark.beyond_head`.
 */
export async function mark(
  kind: 'read' | 'delivered',
  { conversationId, seq }: { readonly conversationId: string; readonly seq: number },
  { caller: { tenant, userId }, at }: Request,
) {
  const standing = await findStanding(tenant, conversationId, userId);
  if (!standing) throw new Refusal('conversation.not_found');
  const { head, members } = standing;
  const who = { conversationId, userId };
  let member: MemberState = standing.member;
  if (moves(watermarksOf(member)[kind], seq, head.seq)) {
    const marker = kind === 'read' ? await markerAt(logOf(tenant, conversationId), head, member, seq) : { seq };
    const moved = await (kind === 'read' ? moveRead(tenant, who, marker) : moveDelivered(tenant, who, seq));
    if (moved) {
      member =
        kind === 'read'
          ? { ...member, readSeq: seq, readN: marker.n, readG: marker.g }
          : { ...member, deliveredSeq: seq };
      await tell({ type: kind, conversationId, userId, upTo: seq });
    } else {
      // Another device of theirs was further, or they have left: what is stored is the answer.
      const now = await findStanding(tenant, conversationId, userId);
      if (!now) throw new Refusal('conversation.not_found');
      member = now.member;
    }
  }
  if (kind === 'read' && member.mine?.markedUnread)
    await putMySettings(tenant, who, { ...member.mine, markedUnread: false });
  const { read, delivered } = watermarksOf(member);
  const { unread: unreadCount, mentions: mentionCount } = await countUnread(tenant, conversationId, head, member, at);
  count('unread');
  return { body: { conversationId, readSeq: read, deliveredSeq: delivered, unreadCount, mentionCount } };

  async function tell(event: Event): Promise<void> {
    try {
      const few = members <= MOST_TO_TELL;
      const quiet = few && kind === 'read' && (await quietReaders(tenant, [userId])).has(userId);
      const users = few ? await audienceOf(tenant, conversationId) : [userId];
      const others = quiet ? users.filter((one) => one !== userId) : [];
      await announce(tenant, quiet ? [userId] : users, conversationId, [event]);
      // What was read arrived as well, and that is no secret.
      if (others.length > 0)
        await announce(tenant, others, conversationId, [{ type: 'delivered', conversationId, userId, upTo: seq }]);
      if (members > MOST_TO_TELL) await askForReceipts(tenant, conversationId, at);
    } catch (error) {
      // The marker is stored and no part of the log: whoever missed the event sees it in the next snapshot.
      logger.error('watermark.not_told', error, { conversationId });
    }
  }
}
