import { searchIndexOptions } from '#gateways/search/mapping.ts';
import { workOn } from '#indexing/reindex.ts';
import { followMapping, tidyIndices } from '#indexing/tidy-indices.ts';
import { log } from '#runtime/log.ts';
import { dueReindexes } from '#table/reindex.ts';

/** Milliseconds of a call: below its time-out by more than one step takes. */
const CALL_MS = 780_000;

/** Started every minute: goes on with what was asked for. One that another start works on is passed over, so that several go on side by side. */
export const handler = async (): Promise<void> => {
  const started = Date.now();
  const until = started + CALL_MS;
  await tidyIndices(started, searchIndexOptions().keepDays);
  if (await followMapping(started)) log.info('reindex.begun', { because: 'another mapping' });
  let errors = 0;
  for (const due of await dueReindexes()) {
    try {
      log.info('reindex', { ...due, outcome: await workOn(due, { now: Date.now, until }) });
    } catch (error) {
      // One's trouble is not the others'; the next start goes on with it.
      log.error('reindex.failed', error, { ...due });
      errors += 1;
    }
  }
  if (errors > 0) throw new Error(`${errors} reindexes could not go on`);
};
