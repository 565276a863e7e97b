import type { listRetentionReports } from '#contract/retention.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listReports } from '#table/retention-run.ts';

const instant = (at: number): string => new Date(at).toISOString();

export const handleListRetentionReports: Handle<typeof listRetentionReports> = async (
  { limit, cursor },
  { caller: { tenant, userId } },
) => {
  const key = await signingKey('cursor');
  const list = `retention\n${tenant}\n${userId}`;
  const before = cursor === undefined ? undefined : Number(positionOf(key, list, cursor)[0]);
  const { reports, more } = await listReports(tenant, { before, limit });
  const last = reports.at(-1);
  return {
    body: {
      items: reports.map(({ startedAt, endedAt, dryRun, conversations, held, ...removed }) => ({
        startedAt: instant(startedAt),
        endedAt: endedAt === undefined ? null : instant(endedAt),
        dryRun,
        conversations,
        held,
        removed,
      })),
      nextCursor: more && last ? cursorFor(key, list, [last.startedAt]) : null,
    },
  };
};
