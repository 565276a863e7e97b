import { changedEvents } from '#syncing/catch-up.ts';
import { lookAround } from '#syncing/look-around.ts';
import type { HandleCommand } from './command.ts';

/**
 * Keeps the socket from idling out (10 minutes) and tells the time that client ids are minted on; with the user's cursor also
 * where something has happened since.
 */
export const ping: HandleCommand<'ping'> = async ({ id = null, since }, { caller, at }) => {
  const pong = { type: 'sync:pong', id, serverTime: new Date(at).toISOString() } as const;
  if (since === undefined) return [{ ...pong, cursor: null, memberships: 'same' }];
  const { changed, cursor, memberships } = await lookAround(caller, { since, at, consistent: false });
  return [...changedEvents(changed), { ...pong, cursor, memberships }];
};
