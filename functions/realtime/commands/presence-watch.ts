import { showPresence } from '#delivery/tell-presence.ts';
import { watch } from '#table/watch.ts';
import type { HandleCommand } from './command.ts';

/** From now on this socket hears of these users, and of no others. It is told at once how they are. */
export const presenceWatch: HandleCommand<'presence.watch'> = async (
  { userIds },
  { caller: { tenant, userId }, connectionId, at },
) => {
  const wanted = [...new Set(userIds)];
  const socket = { userId, connectionId };
  await watch(tenant, socket, wanted, at);
  await showPresence(tenant, socket, wanted);
  return [];
};
