import type { Output } from '#contract/route.ts';
import type { TenantRules } from '#contract/tenant.ts';
import type { listThreads } from '#contract/threads.ts';
import { inSight, mayBeHidden, sightOf } from '#domain/visibility.ts';
import { signingKey } from '#gateways/signing-key.ts';
import type { Caller } from '#runtime/caller.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { hiddenAmong } from '#table/hidden.ts';
import { toMessage } from '#table/message.ts';
import { rulesOf } from '#table/tenant-settings.ts';
import { type FollowedThread, listFollowed, readFollowed } from '#table/thread-list.ts';
import { toMyThread, toThread } from './my-thread.ts';

type Item = Output<typeof listThreads>['items'][number];

/**
 * What is shown of followed threads now: nothing of one whose conversation the caller is not in, or whose root is out of
 * their sight.
 */
async function shown(
  { tenant, userId }: Caller,
  followed: readonly FollowedThread[],
  { retention }: TenantRules,
  at: number,
): Promise<Item[]> {
  const seen = followed.flatMap(({ conversationId, root, stored, head, member, mine }) => {
    if (!member || !head || !stored || mine?.state !== 'following') return [];
    const sight = sightOf(head, member, retention, at);
    return inSight(sight, root, stored.a) ? [{ conversationId, root, seq: root, stored, sight, mine }] : [];
  });
  const isHidden = await hiddenAmong(
    tenant,
    userId,
    seen.filter(({ sight, root }) => mayBeHidden(sight, root)),
  );
  return Promise.all(
    seen
      .filter((thread) => !isHidden(thread))
      .map(async (thread): Promise<Item> => {
        const { conversationId, root, stored, mine } = thread;
        return {
          ...toThread(thread, await toMyThread(tenant, userId, thread, mine)),
          root: toMessage(conversationId, root, stored),
          lastActivityAt: new Date(stored.k?.a ?? stored.a).toISOString(),
        };
      }),
  );
}

/**
 * A page of the threads the caller follows: one query of the by-user index, one read of roots, memberships and standings,
 * and one query for each thread with replies after the caller's marker.
 */
export const handleListThreads: Handle<typeof listThreads> = async ({ limit, cursor }, { caller, at }) => {
  const { tenant, userId } = caller;
  const key = await signingKey('cursor');
  const list = `threads\n${tenant}\n${userId}`;
  const before = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { followed, more } = await listFollowed(tenant, userId, { before, limit });
  const [threads, rules] = await Promise.all([readFollowed(tenant, userId, followed), rulesOf(tenant, at)]);
  const items = await shown(caller, threads, rules, at);
  const last = followed.at(-1);
  return { body: { items, nextCursor: more && last ? cursorFor(key, list, [last.place]) : null } };
};
