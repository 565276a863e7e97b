import { redriveParked } from '#indexing/redrive.ts';
import { sweepTombstones } from '#indexing/sweep-tombstones.ts';
import { log } from '#runtime/log.ts';
import { countedSince, measure } from '#runtime/metrics.ts';

/** Milliseconds after which nothing more is begun: less than the function has. */
const WORKING_MS = 240_000;

/** Started every hour, or by hand: deals once more with what could not be indexed, says how much is left, and removes old tombstones. */
export const handler = async (): Promise<void> => {
  const started = Date.now();
  const limits = { now: Date.now, until: started + WORKING_MS };
  const done = await redriveParked(limits);
  const swept = await sweepTombstones(limits);
  measure('parkedLeft', done.left);
  log.info('job', { job: 'redrive-search', ms: Date.now() - started, ...done, swept }, countedSince());
};
