import type { claimReport, releaseReport } from '#contract/reports.ts';
import { Refusal } from '#domain/refusal.ts';
import { auditOf } from '#runtime/audit.ts';
import type { Handle, Request } from '#runtime/service.ts';
import { type StoredCase, toCase } from '#table/report.ts';
import { claim, release } from '#table/report-moderate.ts';
import { unresolved } from './one-case.ts';

/** The audit entry of a claim that is taken or given back. */
const auditOfClaim = (request: Request, stored: StoredCase, by: string | null) =>
  auditOf(request, {
    action: by === null ? 'report.released' : 'report.claimed',
    target: { kind: 'report', id: stored.id },
    before: { claimedBy: toCase(stored, request.at).claim?.by ?? null },
    after: { claimedBy: by },
  });

export const handleClaim: Handle<typeof claimReport> = async ({ reportId }, request) => {
  const { caller, at } = request;
  const { tenant, userId } = caller;
  const found = await unresolved(reportId, request);
  const claimed = await claim(tenant, reportId, userId, at, auditOfClaim(request, found, userId));
  const shown = toCase(await unresolved(reportId, request), at);
  if (!claimed || shown.claim?.by !== userId) throw new Refusal('report.claimed', { claim: shown.claim });
  return { body: shown };
};

export const handleRelease: Handle<typeof releaseReport> = async ({ reportId }, request) => {
  const { caller, at } = request;
  const { tenant, userId } = caller;
  const found = await unresolved(reportId, request);
  if (found.claim?.by !== userId) throw new Refusal('report.not_claimed');
  if (!(await release(tenant, reportId, userId, auditOfClaim(request, found, null))))
    throw new Refusal('report.not_claimed');
  return { body: toCase({ ...found, claim: undefined }, at) };
};
