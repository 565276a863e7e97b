import { moderationApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleClaim, handleRelease } from './claim-report.ts';
import { handleGetReport } from './get-report.ts';
import { handleListAudit } from './list-audit.ts';
import { handleListReports } from './list-reports.ts';
import { handleReport } from './report-message.ts';
import { handleResolve } from './resolve-report.ts';

export const handler = service(moderationApi, {
  reportMessage: handleReport,
  listReports: handleListReports,
  getReport: handleGetReport,
  claimReport: handleClaim,
  releaseReport: handleRelease,
  resolveReport: handleResolve,
  listAudit: handleListAudit,
});
