import { isAwaited, uploadKeyOf } from '#changing/end-upload.ts';
import type { Upload } from '#contract/uploads.ts';
import { Refusal } from '#domain/refusal.ts';
import { bytesOfPart, partsOf } from '#domain/upload.ts';
import { hasArrived, listParts, type PartThere } from '#gateways/multipart.ts';
import type { Request } from '#runtime/service.ts';
import type { TenantKey } from '#table/entity.ts';
import { findMedia, givenUpAt, type StoredMedia, toMedia } from '#table/media.ts';

/** An upload of the caller's. Raises `media.not_found` for a missing and for a foreign one alike. */
export async function ownUpload(mediaId: string, { caller, at }: Request): Promise<StoredMedia> {
  const media = await findMedia(caller.tenant, mediaId, at);
  if (media?.ownerId !== caller.userId) throw new Refusal('media.not_found');
  return media;
}

/** An upload in parts that goes on. */
export interface InParts {
  readonly media: StoredMedia;
  readonly partBytes: number;
  readonly parts: number;
}

/** An upload of the caller's that goes in parts and is awaited. Raises `media.not_found` and `media.not_uploading`. */
export async function awaitedParts(mediaId: string, request: Request): Promise<InParts> {
  const media = await ownUpload(mediaId, request);
  const { partBytes } = media;
  if (partBytes === undefined || !isAwaited(media) || givenUpAt(media) <= request.at)
    throw new Refusal('media.not_uploading', { state: media.state });
  return { media, partBytes, parts: partsOf(media.bytes, partBytes) };
}

/** What of an upload is there. */
export interface Arrived {
  readonly parts: readonly PartThere[];
  /** All of it, as one object. */
  readonly whole: boolean;
  /** It was given up in the store: nothing more can come. */
  readonly gone?: boolean;
}

/** What of an upload arrived. */
export async function arrivedOf(tenant: TenantKey, media: StoredMedia): Promise<Arrived> {
  if (!isAwaited(media)) return { parts: [], whole: media.state !== 'expired' };
  if (media.uploadId === undefined) return { parts: [], whole: false };
  const key = uploadKeyOf(tenant, media);
  const parts = await listParts({ key, uploadId: media.uploadId });
  // Put together a moment ago, and the pipeline has not heard of it.
  if (parts) return { parts, whole: false };
  const whole = await hasArrived(key);
  return { parts: [], whole, gone: !whole };
}

/** An upload as it is shown. A part of a wrong size counts for nothing. */
export function shownUpload(media: StoredMedia, { parts, whole }: Arrived): Upload {
  const { bytes: of, partBytes } = media;
  const right = parts.filter(
    ({ part, bytes }) => partBytes !== undefined && bytes > 0 && bytes === bytesOfPart(of, partBytes, part),
  );
  const arrived = whole ? of : right.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    media: toMedia(media),
    state: media.state,
    bytes: { arrived, of },
    progress: arrived / of,
    partBytes: partBytes ?? null,
    parts: right.map(({ part, bytes, sha256 = null }) => ({ part, bytes, sha256 })),
    expiresAt: isAwaited(media) ? new Date(givenUpAt(media)).toISOString() : null,
  };
}
