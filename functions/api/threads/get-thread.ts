import type { getThread } from '#contract/threads.ts';
import type { Handle } from '#runtime/service.ts';
import { findStoredMessage, toMessage } from '#table/message.ts';
import { findThread } from './find-thread.ts';
import { findMyThread, toThread } from './my-thread.ts';

export const handleGetThread: Handle<typeof getThread> = async ({ messageId }, { caller }) => {
  const { tenant, userId } = caller;
  const thread = await findThread(caller, messageId);
  const { conversationId, stored, from } = thread;
  const last = stored.k && stored.k.s >= from ? { conversationId, seq: stored.k.s } : undefined;
  const [mine, reply] = await Promise.all([
    findMyThread(tenant, userId, thread),
    last && findStoredMessage(tenant, last),
  ]);
  const lastReply = last && reply ? toMessage(conversationId, last.seq, reply) : null;
  return { body: { ...toThread(thread, mine), lastReply } };
};
