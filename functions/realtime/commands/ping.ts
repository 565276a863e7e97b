import type { HandleCommand } from './command.ts';

/** Keeps the socket from idling out (10 minutes) and tells the time that client ids are minted on. */
export const ping: HandleCommand<'ping'> = async ({ id }, { at }) => [
  { type: 'sync:pong', id: id ?? null, serverTime: new Date(at).toISOString(), cursor: null, memberships: 'same' },
];
