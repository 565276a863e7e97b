import { createHash, randomBytes } from 'node:crypto';
import { type requestUpload as route, UNUSED_HOURS } from '#contract/media.ts';
import { acceptClaim, displayName, kindOf } from '#domain/media.ts';
import { Refusal } from '#domain/refusal.ts';
import { UPLOAD_SECONDS, uploadForm } from '#gateways/upload-form.ts';
import type { Caller } from '#runtime/caller.ts';
import type { Handle } from '#runtime/service.ts';
import { tenantIdOf } from '#table/entity.ts';
import { createMedia, findMedia, type StoredMedia, toMedia } from '#table/media.ts';
import { quarantineKeyOf } from '#table/media-keys.ts';
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
  a.fileName === b.fileName && a.contentType === b.contentType && a.bytes === b.bytes;

/** Notes what the caller says will come, and answers the one form that lets exactly that in. */
export const requestUpload: Handle<typeof route> = async (claim, { caller, at, idempotencyKey }) => {
  const { types } = (await rulesOf(caller.tenant, at)).uploads;
  const asked: StoredMedia = {
    mediaId: mediaIdFor(caller, idempotencyKey),
    ownerId: caller.userId,
    state: 'requested',
    fileName: displayName(claim.fileName),
    contentType: acceptClaim(claim, types),
    bytes: claim.bytes,
    createdAt: at,
    version: 1,
    exp: Math.floor(at / 1_000) + UNUSED_HOURS * 3_600,
  };
  const created = await createMedia(caller.tenant, asked);
  const media = created ? asked : await findMedia(caller.tenant, asked.mediaId, at);
  if (!media) throw new Error('a media expired between two looks at it');
  if (!sameClaim(media, asked)) throw new Refusal('media.idempotency_conflict');
  const key = quarantineKeyOf(tenantIdOf(caller.tenant), media.mediaId, kindOf(media.contentType));
  const form = await uploadForm(key, media.contentType, media.bytes);
  return {
    body: {
      media: toMedia(media),
      upload: { ...form, expiresAt: new Date(at + UPLOAD_SECONDS * 1_000).toISOString() },
    },
    replayed: !created,
  };
};
