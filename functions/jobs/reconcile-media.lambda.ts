import { reconcileMedia } from '#changing/reconcile-media.ts';
import { tenantsStored } from '#gateways/stored-objects.ts';
import { log } from '#runtime/log.ts';
import { scope } from '#table/entity.ts';

/** Milliseconds of a call: below its time-out by more than one step takes. */
const CALL_MS = 240_000;
/** The shortest time (ms) between two comparisons of a tenant: about a day. */
const PAUSE_MS = 20 * 3_600_000;

/** Started every six hours: goes on with what was begun, and begins where the last was long ago. With `{"dryRun": true}` it only tells. */
export const handler = async (event: { readonly dryRun?: unknown } = {}): Promise<void> => {
  const until = Date.now() + CALL_MS;
  const dryRun = event.dryRun === true;
  let errors = 0;
  for await (const tenantId of tenantsStored()) {
    if (Date.now() >= until) break;
    try {
      const report = await reconcileMedia(scope(tenantId), { now: Date.now, until, dryRun, pause: PAUSE_MS });
      if (report) log.info('media.reconciled', { tenant: tenantId, ...report });
    } catch (error) {
      // One tenant's trouble is not the others'.
      log.error('media.not_reconciled', error, { tenant: tenantId });
      errors += 1;
    }
  }
  if (errors > 0) throw new Error(`media of ${errors} tenants could not be compared`);
};
