import { createHash, randomBytes } from 'node:crypto';
import { isAwaited, uploadKeyOf } from '#changing/end-upload.ts';
import type { requestUpload as route } from '#contract/uploads.ts';
import { Refusal } from '#domain/refusal.ts';
import { limitsOf } from '#domain/tenant-settings.ts';
import { acceptClaim, partBytesOf, partsOf } from '#domain/upload.ts';
import { UPLOAD_SECONDS, uploadForm } from '#gateways/upload-form.ts';
import type { Caller } from '#runtime/caller.ts';
import type { Handle } from '#runtime/service.ts';
import type { TenantKey } from '#table/entity.ts';
import { findMedia, givenUpAt, type StoredMedia, toMedia } from '#table/media.ts';
import { createMedia } from '#table/media-upload.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** A repeated `Idempotency-Key` of the same user names the same media, without an item of its own to remember it. */
const mediaIdFor = ({ tenant, userId }: Caller, idempotencyKey: string | undefined): string => {
  const id =
    idempotencyKey === undefined
      ? randomBytes(16)
      : createHash('sha256').update([tenant, userId, idempotencyKey].join('\n')).digest().subarray(0, 16);
  return `med_${id.toString('base64url')}`;
};

const sameClaim = (a: StoredMedia, b: StoredMedia): boolean =>
  a.fileName === b.fileName &&
  a.contentType === b.contentType &&
  a.bytes === b.bytes &&
  a.partBytes === b.partBytes &&
  a.jpeg === b.jpeg;

const instant = (at: number): string => new Date(at).toISOString();

/** How the file goes where it has to; null when it went there, or was given up. */
async function wayOf(tenant: TenantKey, media: StoredMedia, at: number) {
  const givenUp = givenUpAt(media);
  if (!isAwaited(media) || givenUp <= at) return null;
  const { bytes, partBytes } = media;
  if (partBytes !== undefined)
    return {
      method: 'multipart' as const,
      partBytes,
      parts: partsOf(bytes, partBytes),
      expiresAt: instant(givenUp),
    };
  const form = await uploadForm(uploadKeyOf(tenant, media), media.contentType, bytes);
  return { method: 'post' as const, ...form, expiresAt: instant(at + UPLOAD_SECONDS * 1_000) };
}

/** Notes what the caller says will come, reserves its bytes, and answers the one way that lets exactly that in. */
export const requestUpload: Handle<typeof route> = async (
  { multipart, partBytes, jpeg = false, ...claim },
  { caller, at, idempotencyKey },
) => {
  const { uploads } = await rulesOf(caller.tenant, at);
  const accepted = acceptClaim(claim, uploads);
  const inParts = partBytesOf(accepted.bytes, { multipart, partBytes });
  const asked: StoredMedia = {
    ...accepted,
    mediaId: mediaIdFor(caller, idempotencyKey),
    ownerId: caller.userId,
    state: 'requested',
    createdAt: at,
    version: 1,
    ...(inParts === undefined ? {} : { partBytes: inParts }),
    ...(jpeg ? { jpeg } : {}),
  };
  const created = await createMedia(caller.tenant, asked, limitsOf(uploads));
  const media = created ? asked : await findMedia(caller.tenant, asked.mediaId, at);
  if (!media) throw new Error('a media expired between two looks at it');
  if (!sameClaim(media, asked)) throw new Refusal('media.idempotency_conflict');
  return { body: { media: toMedia(media), upload: await wayOf(caller.tenant, media, at) }, replayed: !created };
};
