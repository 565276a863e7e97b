import type { markThreadRead } from '#contract/threads.ts';
import { markerMoves } from '#domain/thread.ts';
import type { Handle } from '#runtime/service.ts';
import { findThreadMember, moveThreadMarker } from '#table/thread-member.ts';
import { findThread } from './find-thread.ts';
import { findMyThread, tellOwnDevices, toMyThread, toThread } from './my-thread.ts';

/** Moves the caller's marker in a thread, with one write unit. One that is there already, or further, stays and is answered. */
export const handleMarkThreadRead: Handle<typeof markThreadRead> = async ({ messageId, upTo }, request) => {
  const { tenant, userId } = request.caller;
  const thread = await findThread(request, messageId);
  const member = await findThreadMember(tenant, thread, userId);
  const wanted = markerMoves(member?.readSeq ?? 0, upTo, thread.stored.k?.s ?? 0);
  if (!wanted || !(await moveThreadMarker(tenant, thread, userId, upTo)))
    return { body: toThread(thread, await findMyThread(tenant, userId, thread)) };
  const mine = await toMyThread(tenant, userId, thread, { userId, ...member, readSeq: upTo });
  await tellOwnDevices(tenant, userId, thread, mine);
  return { body: toThread(thread, mine) };
};
