import { count } from '#runtime/metrics.ts';
import { catchUp } from '#syncing/catch-up.ts';
import { unpauseConnection } from '#table/connection.ts';
import type { HandleCommand } from './command.ts';

/**
 * Tells what was missed since the cursors that are given. The pause ends before anything is read: what happens from then on
 * is told to the socket as it happens.
 */
export const resume: HandleCommand<'resume'> = async ({ id = null, since, conversations }, session) => {
  const { caller, connectionId, at } = session;
  await unpauseConnection(caller.tenant, caller.userId, connectionId);
  const { events, around, told } = await catchUp(caller, { since, cursors: conversations, at });
  count('resumes');
  count('resumedConversations', Object.keys(conversations).length);
  count('resumedEvents', told.events);
  count('resumedBytes', told.bytes);
  const { cursor, memberships } = around;
  const serverTime = new Date(at).toISOString();
  const reconnectAt = new Date(session.reconnectAt).toISOString();
  return [...events, { type: 'sync:resumed', id, cursor, memberships, serverTime, reconnectAt }];
};
