import { log } from '#runtime/log.ts';
import { cleanDue } from './clean-due.ts';

/** Milliseconds of a call: below its time-out by more than one media takes. */
const CALL_MS = 240_000;

/** Started every hour. Whoever starts it by hand with `{"dryRun": true}` gets a report and nothing is removed. */
export const handler = async (event: { readonly dryRun?: unknown } = {}): Promise<void> => {
  const now = Date.now();
  const dryRun = event.dryRun === true;
  const done = await cleanDue({ now, deadline: now + CALL_MS, dryRun });
  log.info('job', { job: 'clean-media', ms: Date.now() - now, dryRun, ...done });
  if (done.errors > 0) throw new Error(`${done.errors} media could not be seen to`);
};
