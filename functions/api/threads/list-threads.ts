import { messageIdOf } from '#contract/ids.ts';
import type { Output } from '#contract/route.ts';
import type { listThreads } from '#contract/threads.ts';
import { firstVisible } from '#domain/settings.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import type { TenantKey } from '#table/entity.ts';
import { toMessage } from '#table/message.ts';
import { type FollowedThread, listFollowed, readFollowed } from '#table/thread-list.ts';
import { toMyThread, toThread } from './my-thread.ts';

type Item = Output<typeof listThreads>['items'][number];

/** What is shown of a followed thread now; nothing of one whose conversation the caller is not in, or whose root they may not see. */
async function shown(tenant: TenantKey, userId: string, followed: FollowedThread): Promise<Item[]> {
  const { conversationId, root, stored, head, member, mine } = followed;
  if (!member || !head || !stored || mine?.state !== 'following') return [];
  const from = firstVisible(head.rules, member);
  if (root < from) return [];
  const thread = { conversationId, root, stored, head, from };
  return [
    {
      ...toThread(thread, await toMyThread(tenant, userId, thread, mine)),
      rootId: messageIdOf(conversationId, root),
      root: toMessage(conversationId, root, stored),
      lastActivityAt: new Date(stored.k?.a ?? stored.a).toISOString(),
    },
  ];
}

/**
 * A page of the threads the caller follows: one query of the by-user index, one read of roots, memberships and standings,
 * and one query for each thread with replies after the caller's marker.
 */
export const handleListThreads: Handle<typeof listThreads> = async (
  { limit, cursor },
  { caller: { tenant, userId } },
) => {
  const key = await signingKey('cursor');
  const list = `threads\n${tenant}\n${userId}`;
  const before = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { followed, more } = await listFollowed(tenant, userId, { before, limit });
  const threads = await readFollowed(tenant, userId, followed);
  const items = (await Promise.all(threads.map((thread) => shown(tenant, userId, thread)))).flat();
  const last = followed.at(-1);
  return { body: { items, nextCursor: more && last ? cursorFor(key, list, [last.place]) : null } };
};
