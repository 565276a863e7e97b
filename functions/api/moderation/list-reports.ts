import type { listReports } from '#contract/reports.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { toCase } from '#table/report.ts';
import { findCases } from '#table/report-moderate.ts';
import { listQueue } from '#table/report-queue.ts';

export const handleListReports: Handle<typeof listReports> = async (
  { state, limit, cursor },
  { caller: { tenant, userId }, at },
) => {
  const key = await signingKey('cursor');
  const list = `reports\n${tenant}\n${userId}\n${state}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const queue = state === 'resolved' ? 'resolved' : 'unresolved';
  const { ids, next } = await listQueue(tenant, queue, { after, limit });
  const cases = await findCases(tenant, ids);
  return {
    body: {
      items: cases.map((stored) => toCase(stored, at)).filter((shown) => shown.state === state),
      nextCursor: next === undefined ? null : cursorFor(key, list, [next]),
    },
  };
};
