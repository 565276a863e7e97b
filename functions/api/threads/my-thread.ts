import { messageIdOf } from '#contract/ids.ts';
import type { MyThread } from '#contract/thread.ts';
import { announce } from '#delivery/announce.ts';
import { log } from '#runtime/log.ts';
import type { TenantKey } from '#table/entity.ts';
import { toSummary } from '#table/message-thread.ts';
import { countUnreadReplies, findThreadMember, type ThreadMember } from '#table/thread-member.ts';
import type { Thread } from './find-thread.ts';

/** What a user has to do with a thread, as the API shows it: with their unread replies counted. */
export async function toMyThread(
  tenant: TenantKey,
  userId: string,
  { conversationId, root, stored, sight }: Thread,
  member: ThreadMember | undefined,
): Promise<MyThread> {
  const readSeq = member?.readSeq ?? 0;
  return {
    subscription: member?.state ?? 'none',
    reason: member?.reason ?? null,
    readSeq,
    unreadCount: await countUnreadReplies(tenant, { conversationId, root }, userId, {
      readSeq,
      sight,
      last: stored.k?.s ?? 0,
    }),
  };
}

/** The same, read now. */
export const findMyThread = async (tenant: TenantKey, userId: string, thread: Thread): Promise<MyThread> =>
  toMyThread(tenant, userId, thread, await findThreadMember(tenant, thread, userId));

/** A thread as its answers show it. */
export const toThread = ({ conversationId, root, stored }: Thread, mine: MyThread) => ({
  rootId: messageIdOf(conversationId, root),
  conversationId,
  summary: stored.k ? toSummary(conversationId, stored.k) : null,
  mine,
});

/** Tells a user's own devices what they have to do with a thread now. Never raises: it is stored, and in every snapshot. */
export async function tellOwnDevices(
  tenant: TenantKey,
  userId: string,
  { conversationId, root }: Thread,
  mine: MyThread,
): Promise<void> {
  try {
    const event = { type: 'thread:updated', conversationId, rootId: messageIdOf(conversationId, root), mine } as const;
    await announce(tenant, [userId], undefined, [event]);
  } catch (error) {
    log.error('thread.not_told', error, { conversationId });
  }
}
