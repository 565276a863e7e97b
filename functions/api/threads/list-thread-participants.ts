import type { listThreadParticipants } from '#contract/threads.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listRepliers } from '#table/thread-member.ts';
import { findThread } from './find-thread.ts';

export const handleListThreadParticipants: Handle<typeof listThreadParticipants> = async (
  { messageId, limit, cursor },
  request,
) => {
  const { tenant, userId } = request.caller;
  const key = await signingKey('cursor');
  const thread = await findThread(request, messageId);
  const list = `thread-participants\n${tenant}\n${userId}\n${thread.conversationId}\n${thread.root}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { users, more } = await listRepliers(tenant, thread, { after, limit });
  const last = users.at(-1);
  return {
    body: {
      items: users.map((user) => ({ userId: user })),
      nextCursor: more && last !== undefined ? cursorFor(key, list, [last]) : null,
    },
  };
};
