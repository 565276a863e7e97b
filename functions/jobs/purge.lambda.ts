import { log } from '#runtime/log.ts';
import { purgeDue } from './purge-due.ts';

/** Milliseconds after which no further step is begun: less than the function has. */
const WORKING_MS = 45_000;

/** Started every minute: removes what was purged. Throws when something could not be removed, so that somebody hears of it. */
export const handler = async (): Promise<void> => {
  const started = Date.now();
  const done = await purgeDue({ now: Date.now, until: started + WORKING_MS });
  log.info('job', { job: 'purge', ms: Date.now() - started, ...done });
  if (done.errors > 0) throw new Error(`${done.errors} conversations could not be removed`);
};
