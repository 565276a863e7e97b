import { log } from '#runtime/log.ts';
import { sendDue } from './send-due.ts';

/** Milliseconds after which no further messages are taken: less than the function has. */
const WORKING_MS = 45_000;

/** Started every minute: sends the messages that are due. Throws when some could not be tried, so that somebody hears of it. */
export const handler = async (): Promise<void> => {
  const started = Date.now();
  const done = await sendDue(started, started + WORKING_MS);
  log.info('job', { job: 'send-scheduled', ms: Date.now() - started, ...done });
  if (done.errors > 0) throw new Error(`${done.errors} scheduled messages could not be tried`);
};
