import { pauseConnection } from '#table/connection.ts';
import type { HandleCommand } from './command.ts';

/** Takes the socket out of every audience until it resumes. It asked to be sent nothing: it is sent no answer either. */
export const pause: HandleCommand<'pause'> = async (_command, { caller, connectionId }) => {
  await pauseConnection(caller.tenant, caller.userId, connectionId);
  return [];
};
