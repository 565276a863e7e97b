import type { getMediaUrl as route } from '#contract/media.ts';
import { isServable, objectKeyOf } from '#domain/media.ts';
import { Refusal } from '#domain/refusal.ts';
import { DOWNLOAD_SECONDS, renditionUrl } from '#gateways/download-url.ts';
import type { Handle } from '#runtime/service.ts';
import { tenantIdOf } from '#table/entity.ts';
import { findReadable } from '#table/media-link.ts';

/** A download address of one rendition: minted for each request, after the caller's right to it was checked. */
export const getMediaUrl: Handle<typeof route> = async ({ mediaId, rendition: name }, { caller, at }) => {
  const media = await findReadable(caller.tenant, mediaId, caller.userId, at);
  if (!media) throw new Refusal('media.not_found');
  const rendition = media.renditions?.find((made) => made.name === name);
  if (!isServable(media.state) || !rendition) throw new Refusal('media.not_ready', { state: media.state });
  const url = await renditionUrl(`${objectKeyOf(tenantIdOf(caller.tenant), mediaId)}/${name}`, rendition.contentType);
  return { body: { url, expiresAt: new Date(at + DOWNLOAD_SECONDS * 1_000).toISOString() } };
};
