import { removeRest, removeUnused } from '#changing/remove-media.ts';
import type { removeMedia } from '#contract/media-admin.ts';
import { isFinal } from '#domain/media.ts';
import { Refusal } from '#domain/refusal.ts';
import { auditOf } from '#runtime/audit.ts';
import type { Handle } from '#runtime/service.ts';
import { writeAudit } from '#table/audit.ts';
import { findMedia } from '#table/media.ts';
import { isLinked, withdrawMedia } from '#table/media-removal.ts';

/** Tries of a removal that meets others who show the media, or no longer do. */
const ROUNDS = 4;

/** Removes a media: its owner one that nothing shows, an admin any. What it used is free at once. */
export const handleRemoveMedia: Handle<typeof removeMedia> = async ({ mediaId }, request) => {
  const { caller, at } = request;
  const { tenant, userId, roles } = caller;
  const isAdmin = roles.includes('admin');
  for (let round = 1; round <= ROUNDS; round++) {
    const media = await findMedia(tenant, mediaId, at);
    if (!media || media.removedAt !== undefined || (media.ownerId !== userId && !isAdmin))
      throw new Refusal('media.not_found');
    if (!isFinal(media.state)) throw new Refusal('media.not_ended');
    const { refs = 0, ownerId, state, fileName, bytes } = media;
    const shown = refs > 0 || (await isLinked(tenant, mediaId));
    if (shown && !isAdmin) throw new Refusal('media.in_use', { references: Math.max(refs, 1) });
    const audit = auditOf(
      request,
      {
        action: 'media.removed',
        target: { kind: 'media', id: mediaId },
        before: { ownerId, state, fileName, bytes, refs },
      },
      at,
    );
    if (shown) {
      if (!(await withdrawMedia(tenant, media, audit))) continue;
      await removeRest(tenant, mediaId, { shown });
      return { body: { removed: true } };
    }
    if (media.ownerId !== userId) await writeAudit(tenant, audit);
    if ((await removeUnused(tenant, media)) !== undefined) return { body: { removed: true } };
  }
  throw new Refusal('service.contended');
};
