import type { listTenantSettingsHistory } from '#contract/tenant.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listSettingsChanges } from '#table/tenant-settings.ts';

export const handleListTenantSettingsHistory: Handle<typeof listTenantSettingsHistory> = async (
  { limit, cursor },
  { caller },
) => {
  const key = await signingKey('cursor');
  const list = `tenant-settings\n${caller.tenant}\n${caller.userId}`;
  const before = cursor === undefined ? undefined : Number(positionOf(key, list, cursor)[0]);
  const { changes, more } = await listSettingsChanges(caller.tenant, { before, limit });
  const last = changes.at(-1);
  return {
    body: {
      items: changes.map((change) => ({
        version: change.version,
        changedBy: change.by,
        changedAt: new Date(change.at).toISOString(),
        before: change.before,
        after: change.rules,
      })),
      nextCursor: more && last ? cursorFor(key, list, [last.version]) : null,
    },
  };
};
