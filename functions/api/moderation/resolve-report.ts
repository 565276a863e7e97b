import { reportedMessageId } from '#contract/ids.ts';
import type { resolveReport } from '#contract/reports.ts';
import { announce } from '#delivery/announce.ts';
import { Refusal } from '#domain/refusal.ts';
import { auditOf } from '#runtime/audit.ts';
import { log } from '#runtime/log.ts';
import type { Handle } from '#runtime/service.ts';
import type { TenantKey } from '#table/entity.ts';
import { findCase, isHeld, toCase } from '#table/report.ts';
import { reportersOf, resolve } from '#table/report-moderate.ts';
import { banSender, deleteReported, refusalToBanSender } from './carry-out.ts';
import { unresolved } from './one-case.ts';

/**
 * Does what was decided, then resolves the case with its audit entry. The claim keeps other moderators off; whatever fails on the way
 * leaves the case claimed, and the same call again does what is left.
 */
export const handleResolve: Handle<typeof resolveReport> = async ({ reportId, outcome, note }, request) => {
  const { caller, at } = request;
  const { tenant, userId } = caller;
  const { found: before } = await findCase(tenant, reportId);
  const done = before?.resolution;
  if (before && done?.by === userId && done.outcome === outcome && done.note === note)
    return { body: toCase(before, at), replayed: true };
  const found = await unresolved(reportId, request);
  if (!isHeld(found.claim, at) || found.claim.by !== userId) throw new Refusal('report.not_claimed');
  const deletes = outcome === 'message_deleted' || outcome === 'both';
  const bans = outcome === 'member_banned' || outcome === 'both';
  const refusal = bans ? await refusalToBanSender(found, request) : undefined;
  if (refusal) throw refusal;
  if (deletes) await deleteReported(found, note, request);
  if (bans) await banSender(found, note, request);

  const resolution = { by: userId, at, outcome, ...(note ? { note } : {}) };
  const audit = auditOf(request, {
    action: 'report.resolved',
    target: { kind: 'report', id: reportId },
    before: { state: 'claimed' },
    after: { state: 'resolved', outcome },
    reason: note,
  });
  if (!(await resolve(tenant, found, resolution, audit))) throw new Refusal('report.not_claimed');
  await tellReporters(tenant, reportId, outcome !== 'dismissed');
  const { claim: _, ...rest } = found;
  return { body: toCase({ ...rest, resolution }, at) };
};

/** Tells whoever reported the message. It is resolved whether they hear of it or not. */
async function tellReporters(tenant: TenantKey, reportId: string, actedOn: boolean): Promise<void> {
  try {
    await announce(tenant, await reportersOf(tenant, reportId), undefined, [
      { type: 'report:resolved', messageId: reportedMessageId(reportId), actedOn },
    ]);
  } catch (error) {
    log.error('report.not_told', error, { reportId });
  }
}
