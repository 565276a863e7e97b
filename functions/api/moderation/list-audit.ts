import type { listAudit } from '#contract/audit.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listAudits, toAuditEntry } from '#table/audit.ts';

export const handleListAudit: Handle<typeof listAudit> = async ({ limit, cursor, ...filter }, { caller }) => {
  const key = await signingKey('cursor');
  const { action = '', actorId = '', targetId = '' } = filter;
  const list = `audit\n${caller.tenant}\n${caller.userId}\n${action}\n${actorId}\n${targetId}`;
  const before = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { entries, next } = await listAudits(caller.tenant, { before, limit, ...filter });
  return {
    body: {
      items: entries.map(toAuditEntry),
      nextCursor: next === undefined ? null : cursorFor(key, list, [next]),
    },
  };
};
