import type * as z from 'zod';
import type { CleanupReport } from '#contract/media-admin.ts';
import type { Report } from '#table/cleanup-report.ts';

/** A stored report as the API shows it. */
export const shownReport = ({ startedAt, endedAt, ...rest }: Report): z.input<typeof CleanupReport> => ({
  ...rest,
  startedAt: new Date(startedAt).toISOString(),
  endedAt: endedAt === undefined ? null : new Date(endedAt).toISOString(),
});
