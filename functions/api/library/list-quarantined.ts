import type { listQuarantined } from '#contract/media-admin.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { auditOf } from '#runtime/audit.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { writeAudit } from '#table/audit.ts';
import { tenantIdOf } from '#table/entity.ts';
import { listRegisteredMedia } from '#table/media-registry.ts';

/** Media that one page looks through: few of them are in quarantine. */
const LOOKED = 500;

/** What the scan holds back; that somebody looked is written down. */
export const handleListQuarantined: Handle<typeof listQuarantined> = async ({ limit, cursor }, request) => {
  const { tenant, userId } = request.caller;
  const key = await signingKey('cursor');
  const list = `quarantined\n${tenant}\n${userId}`;
  let after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const target = { kind: 'tenant', id: tenantIdOf(tenant) } as const;
  await writeAudit(tenant, auditOf(request, { action: 'media.quarantine_listed', target }));
  const items = [];
  for (let looked = 0; looked < LOOKED && items.length < limit; looked += limit) {
    const { all, next } = await listRegisteredMedia(tenant, { after, limit: limit - items.length });
    for (const { media } of all)
      if (media?.state === 'quarantined')
        items.push({
          mediaId: media.mediaId,
          ownerId: media.ownerId,
          fileName: media.fileName,
          bytes: media.bytes,
          threat: media.threat ?? null,
          uploadedAt: new Date(media.createdAt).toISOString(),
          quarantinedAt: media.orphanSince === undefined ? null : new Date(media.orphanSince).toISOString(),
        });
    after = next;
    if (next === undefined) break;
  }
  return { body: { items, nextCursor: after === undefined ? null : cursorFor(key, list, [after]) } };
};
