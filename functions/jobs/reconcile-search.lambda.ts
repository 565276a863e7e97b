import { reconcileSearch } from '#indexing/reconcile.ts';
import { tenantsOf } from '#indexing/walk.ts';
import { log } from '#runtime/log.ts';
import { tenantIdOf } from '#table/entity.ts';

/** Milliseconds of a call: below its time-out by more than one step takes. */
const CALL_MS = 780_000;
/** The shortest time (ms) between two comparisons of a tenant: about a day. */
const PAUSE_MS = 20 * 3_600_000;

/** Started every six hours: goes on with what was begun, and begins where the last was long ago. */
export const handler = async (): Promise<void> => {
  const until = Date.now() + CALL_MS;
  let errors = 0;
  for await (const tenant of tenantsOf({})) {
    if (Date.now() >= until) break;
    try {
      const done = await reconcileSearch(tenant, { now: Date.now, until, pause: PAUSE_MS });
      if (done) log.info('search.reconciled', { tenant: tenantIdOf(tenant), ended: done.ended, ...done.counts });
    } catch (error) {
      // One tenant's trouble is not the others'.
      log.error('search.not_reconciled', error, { tenant: tenantIdOf(tenant) });
      errors += 1;
    }
  }
  if (errors > 0) throw new Error(`what the index holds of ${errors} tenants could not be compared`);
};
