import { tellOwn } from '#delivery/tell-own.ts';
import { isFinal, kindOf } from '#domain/media.ts';
import { dropParts } from '#gateways/multipart.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { findMedia, givenUpAt, moveMedia, type StoredMedia } from '#table/media.ts';
import { quarantineKeyOf } from '#table/media-keys.ts';

/** Where the upload of a media goes. */
export const uploadKeyOf = (tenant: TenantKey, { mediaId, contentType }: StoredMedia): string =>
  quarantineKeyOf(tenantIdOf(tenant), mediaId, kindOf(contentType));

/** Tells a media's owner, on all their devices, where it is. */
export const tellMoved = (tenant: TenantKey, { mediaId, ownerId, state, reason }: StoredMedia): Promise<void> =>
  tellOwn(tenant, ownerId, { type: 'media:updated', mediaId, state, reason: reason ?? null });

/** Whether it is still to arrive. */
export const isAwaited = ({ state }: StoredMedia): boolean => state === 'requested' || state === 'uploading';

/**
 * Gives an upload up that has not arrived: what was reserved for it is free, its parts are removed, its owner is told.
 * Undefined when it has moved on meanwhile.
 */
export async function endUpload(
  tenant: TenantKey,
  media: StoredMedia,
  reason: 'cancelled' | undefined,
  at: number,
): Promise<StoredMedia | undefined> {
  const ended = await moveMedia(tenant, media, undefined, { to: 'expired', ...(reason ? { reason } : {}) }, at);
  if (!ended) return undefined;
  if (ended.uploadId !== undefined) await dropParts({ key: uploadKeyOf(tenant, ended), uploadId: ended.uploadId });
  await tellMoved(tenant, ended);
  return ended;
}

/** Milliseconds for which an upload that arrived may be at work: far longer than scan and encoding together take. */
const WORKED_MS = 24 * 3_600_000;

/**
 * What becomes at `at` (ms) of an upload whose time has come: one that never arrived is `expired`; one that arrived and was never
 * brought to an end is rejected a day later, so that it holds no bytes for ever. `waiting`: ask again later. `ended` and `missing`:
 * nothing is left to be done.
 */
export async function expireUpload(
  tenant: TenantKey,
  mediaId: string,
  at: number,
): Promise<'expired' | 'waiting' | 'ended' | 'missing'> {
  const media = await findMedia(tenant, mediaId, at);
  if (!media) return 'missing';
  if (isFinal(media.state)) {
    // A run that died between the edge and this.
    if (media.state === 'expired' && media.uploadId !== undefined)
      await dropParts({ key: uploadKeyOf(tenant, media), uploadId: media.uploadId });
    return 'ended';
  }
  if (isAwaited(media)) {
    if (at < givenUpAt(media)) return 'waiting';
    return (await endUpload(tenant, media, undefined, at)) ? 'expired' : 'waiting';
  }
  if (at < givenUpAt(media) + WORKED_MS) return 'waiting';
  const rejected = await moveMedia(tenant, media, media.objectVersion, { to: 'rejected', reason: 'timed_out' }, at);
  if (!rejected) return 'waiting';
  await tellMoved(tenant, rejected);
  return 'expired';
}
