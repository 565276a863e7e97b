import type { listDownloads as route } from '#contract/downloads.ts';
import { Refusal } from '#domain/refusal.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listDownloads, totalOf } from '#table/download.ts';
import { findMedia } from '#table/media.ts';
import { rulesOf } from '#table/tenant-settings.ts';

const DAY_MS = 86_400_000;

/** Who was given addresses of a media: for its owner and for admins; to all others it is not there. */
export const handleListDownloads: Handle<typeof route> = async ({ mediaId, limit, cursor }, { caller, at }) => {
  const { tenant, userId, roles } = caller;
  const [media, { downloads: rules }] = await Promise.all([findMedia(tenant, mediaId, at), rulesOf(tenant, at)]);
  if (!media || (media.ownerId !== userId && !roles.includes('admin'))) throw new Refusal('media.not_found');
  const key = await signingKey('cursor');
  const list = `downloads\n${tenant}\n${userId}\n${mediaId}`;
  const place = cursor === undefined ? undefined : positionOf(key, list, cursor);
  const before = place && { at: Number(place[0]), id: String(place[1]) };
  const [{ downloads, more }, total] = await Promise.all([
    listDownloads(tenant, mediaId, { since: Math.max(0, at - rules.keptDays * DAY_MS), before, limit }),
    totalOf(tenant, mediaId),
  ]);
  const last = downloads.at(-1);
  return {
    body: {
      items: downloads.map((download) => ({
        userId: download.userId,
        rendition: download.rendition,
        bytes: download.bytes,
        at: new Date(download.at).toISOString(),
      })),
      nextCursor: more && last ? cursorFor(key, list, [last.at, last.id]) : null,
      total,
    },
  };
};
