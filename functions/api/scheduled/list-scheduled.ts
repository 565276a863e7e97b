import type { listScheduled } from '#contract/scheduled.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listScheduledOf, toScheduled } from '#table/scheduled.ts';

export const handleListScheduled: Handle<typeof listScheduled> = async (
  { conversationId, state, limit, cursor },
  { caller: { tenant, userId } },
) => {
  const key = await signingKey('cursor');
  const list = `scheduled\n${tenant}\n${userId}\n${conversationId ?? ''}\n${state ?? ''}`;
  const before = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { scheduled, next } = await listScheduledOf(tenant, userId, {
    before,
    limit,
    fits: (one) =>
      (conversationId === undefined || one.conversationId === conversationId) &&
      (state === undefined || one.state === state),
  });
  return {
    body: { items: scheduled.map(toScheduled), nextCursor: next === undefined ? null : cursorFor(key, list, [next]) },
  };
};
