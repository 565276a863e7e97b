import { reconcileMedia as reconcile } from '#changing/reconcile-media.ts';
import type { reconcileMedia } from '#contract/media-admin.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { shownReport } from './shown-report.ts';

/** Milliseconds of one call, well below what the gateway waits. */
const CALL_MS = 15_000;

/** Goes on with the comparison of table and buckets, or begins one; what is left when the time is over is the next call's. */
export const handleReconcileMedia: Handle<typeof reconcileMedia> = async ({ dryRun }, { caller: { tenant }, at }) => {
  const report = await reconcile(tenant, { now: Date.now, until: at + CALL_MS, dryRun, pause: 0 });
  if (!report) throw new Refusal('media.being_reconciled');
  return { body: shownReport(report) };
};
