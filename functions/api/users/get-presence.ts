import type { getPresence } from '#contract/presence.ts';
import type { Handle } from '#runtime/service.ts';
import { presencesFor } from '#table/presence.ts';

export const handleGetPresence: Handle<typeof getPresence> = async (
  { userIds },
  { caller: { tenant, userId }, at },
) => {
  const look = await presencesFor(tenant, userId, userIds);
  return { body: { items: await look(at) } };
};
