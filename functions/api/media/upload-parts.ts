import { isAwaited, uploadKeyOf } from '#changing/end-upload.ts';
import type { addUploadParts, completeUpload, getUpload, Upload } from '#contract/uploads.ts';
import { tellOwn } from '#delivery/tell-own.ts';
import { Refusal } from '#domain/refusal.ts';
import { bytesOfPart, missingParts } from '#domain/upload.ts';
import { beginUpload, dropParts, joinParts, partAddress } from '#gateways/multipart.ts';
import type { Handle, Request } from '#runtime/service.ts';
import type { TenantKey } from '#table/entity.ts';
import { findMedia, givenUpAt, type StoredMedia } from '#table/media.ts';
import { beginParts } from '#table/media-upload.ts';
import { arrivedOf, awaitedParts, ownUpload, shownUpload } from './one-upload.ts';

/** Seconds for which a part's address is good. */
const PART_SECONDS = 3_600;

/** Missing parts that a refusal names. */
const MOST_NAMED = 100;

/** How far an upload is. */
export const handleGetUpload: Handle<typeof getUpload> = async ({ mediaId }, request) => {
  const media = await ownUpload(mediaId, request);
  return { body: shownUpload(media, await arrivedOf(request.caller.tenant, media)) };
};

/** Tells the owner's devices how far an upload is. */
const tellProgress = (tenant: TenantKey, { ownerId }: StoredMedia, { media, state, bytes, progress }: Upload) =>
  tellOwn(tenant, ownerId, {
    type: 'media:updated',
    mediaId: media.id,
    state,
    reason: null,
    bytes: bytes.arrived,
    progress,
  });

/** The upload with S3's name of it: begun by the first who asks for parts, whoever asks at the same time. */
async function begun(media: StoredMedia, { caller, at }: Request): Promise<StoredMedia & { uploadId: string }> {
  const { tenant } = caller;
  let found: StoredMedia | undefined = media;
  if (media.state === 'requested') {
    const key = uploadKeyOf(tenant, media);
    const uploadId = await beginUpload(key, media.contentType);
    found = await beginParts(tenant, media, uploadId);
    if (!found) {
      await dropParts({ key, uploadId });
      found = await findMedia(tenant, media.mediaId, at);
    }
  }
  if (!found || !isAwaited(found) || found.uploadId === undefined)
    throw new Refusal('media.not_uploading', { state: found?.state ?? 'expired' });
  return { ...found, uploadId: found.uploadId };
}

/** Addresses for parts: each for one number, one length and one digest. */
export const handleAddUploadParts: Handle<typeof addUploadParts> = async ({ mediaId, parts: asked }, request) => {
  const { caller, at } = request;
  const { media, partBytes, parts } = await awaitedParts(mediaId, request);
  if (asked.some(({ part }) => part > parts)) throw new Refusal('media.part_unknown', { parts });
  const uploading = await begun(media, request);
  const arrived = await arrivedOf(caller.tenant, uploading);
  if (arrived.whole || arrived.gone) throw new Refusal('media.not_uploading', { state: 'uploading' });
  const seconds = Math.max(1, Math.min(PART_SECONDS, Math.floor((givenUpAt(media) - at) / 1_000)));
  const to = { key: uploadKeyOf(caller.tenant, uploading), uploadId: uploading.uploadId };
  const addresses = await Promise.all(
    asked.map(async ({ part, sha256 }) => {
      const bytes = bytesOfPart(media.bytes, partBytes, part);
      return { part, bytes, ...(await partAddress(to, { part, bytes, sha256 }, seconds)) };
    }),
  );
  const upload = shownUpload(uploading, arrived);
  await tellProgress(caller.tenant, uploading, upload);
  return { body: { parts: addresses, expiresAt: new Date(at + seconds * 1_000).toISOString(), upload } };
};

/**
 * Puts the parts together, when every one is there with exactly its bytes: S3 itself would put together whatever there is. The
 * object that comes of it starts the pipeline. What was put together before is shown as it is.
 */
export const handleCompleteUpload: Handle<typeof completeUpload> = async ({ mediaId }, request) => {
  const { tenant } = request.caller;
  const before = await ownUpload(mediaId, request);
  if (before.state !== 'expired' && !isAwaited(before))
    return { body: shownUpload(before, { parts: [], whole: true }), replayed: true };
  const { media, partBytes } = await awaitedParts(mediaId, request);
  const { parts, whole, gone } = await arrivedOf(tenant, media);
  if (gone) throw new Refusal('media.not_uploading', { state: media.state });
  if (!whole) {
    const missing = missingParts(media.bytes, partBytes, parts);
    if (missing.length > 0 || media.uploadId === undefined)
      throw new Refusal('media.incomplete', { missing: missing.slice(0, MOST_NAMED) });
    await joinParts({ key: uploadKeyOf(tenant, media), uploadId: media.uploadId }, parts);
  }
  const upload = shownUpload(media, { parts: [], whole: true });
  await tellProgress(tenant, media, upload);
  return { body: upload, replayed: whole };
};
