import type { getSync } from '#contract/sync.ts';
import type { Handle } from '#runtime/service.ts';
import { lookAround } from '#syncing/look-around.ts';

/** What happened in the caller's conversations since their cursor, and which they are in where that has changed. */
export const handleGetSync: Handle<typeof getSync> = async ({ since }, { caller, at }) => {
  const { changed, conversationIds, memberships, cursor } = await lookAround(caller, { since, at, consistent: true });
  const same = since !== undefined && memberships === 'same';
  return {
    body: {
      changed: [...changed],
      conversationIds: same ? null : [...conversationIds],
      cursor,
      serverTime: new Date(at).toISOString(),
    },
  };
};
