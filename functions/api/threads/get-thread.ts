import type { getThread } from '#contract/threads.ts';
import type { Handle } from '#runtime/service.ts';
import { toMessage } from '#table/message.ts';
import { findVisible } from '#table/visible-message.ts';
import { findThread } from './find-thread.ts';
import { findMyThread, toThread } from './my-thread.ts';

export const handleGetThread: Handle<typeof getThread> = async ({ messageId }, { caller, at }) => {
  const { tenant, userId } = caller;
  const thread = await findThread({ caller, at }, messageId);
  const { conversationId, stored } = thread;
  const last = stored.k && { conversationId, seq: stored.k.s };
  const [mine, reply] = await Promise.all([
    findMyThread(tenant, userId, thread),
    last && findVisible(tenant, last, userId, at),
  ]);
  const lastReply = last && reply ? toMessage(conversationId, last.seq, reply.stored) : null;
  return { body: { ...toThread(thread, mine), lastReply } };
};
