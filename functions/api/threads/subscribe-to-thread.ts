import type { subscribeToThread } from '#contract/threads.ts';
import type { Handle } from '#runtime/service.ts';
import { subscribe } from '#table/thread-member.ts';
import { findThread } from './find-thread.ts';
import { findMyThread, tellOwnDevices, toThread } from './my-thread.ts';

export const handleSubscribeToThread: Handle<typeof subscribeToThread> = async (
  { messageId, state },
  { caller, at },
) => {
  const { tenant, userId } = caller;
  const thread = await findThread({ caller, at }, messageId);
  await subscribe(tenant, thread, userId, state, at);
  const mine = await findMyThread(tenant, userId, thread);
  await tellOwnDevices(tenant, userId, thread, mine);
  return { body: toThread(thread, mine) };
};
