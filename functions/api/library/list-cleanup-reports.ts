import type { listCleanupReports as route } from '#contract/media-admin.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listCleanupReports, type ReportId } from '#table/cleanup-report.ts';
import { shownReport } from './shown-report.ts';

export const handleListCleanupReports: Handle<typeof route> = async (
  { limit, cursor },
  { caller: { tenant, userId } },
) => {
  const key = await signingKey('cursor');
  const list = `cleanup\n${tenant}\n${userId}`;
  const [startedAt, kind] = cursor === undefined ? [] : positionOf(key, list, cursor);
  const before: ReportId | undefined =
    startedAt === undefined
      ? undefined
      : { startedAt: Number(startedAt), kind: kind === 'reconcile' ? 'reconcile' : 'cleanup' };
  const { reports, more } = await listCleanupReports(tenant, { before, limit });
  const last = reports.at(-1);
  return {
    body: {
      items: reports.map(shownReport),
      nextCursor: more && last ? cursorFor(key, list, [last.startedAt, last.kind]) : null,
    },
  };
};
