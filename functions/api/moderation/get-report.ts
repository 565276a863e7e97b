import type { getReport } from '#contract/reports.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { findCase, toCase } from '#table/report.ts';
import { findEvidence } from '#table/report-moderate.ts';

export const handleGetReport: Handle<typeof getReport> = async ({ reportId }, { caller: { tenant }, at }) => {
  const [{ found }, { reports, snapshots }] = await Promise.all([
    findCase(tenant, reportId),
    findEvidence(tenant, reportId),
  ]);
  if (!found) throw new Refusal('report.not_found');
  return {
    body: {
      ...toCase(found, at),
      reportedBy: reports.map(({ at: reportedAt, note, ...report }) => ({
        ...report,
        note: note ?? null,
        reportedAt: new Date(reportedAt).toISOString(),
      })),
      snapshots,
    },
  };
};
