import type * as z from 'zod';
import type { RenditionName } from '#contract/media.ts';
import { answeredAs, renditionMeant, secondsOf } from '#domain/download.ts';
import { isServable, kindOf } from '#domain/media.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Download } from '#gateways/download-url.ts';
import type { Caller } from '#runtime/caller.ts';
import { tenantIdOf } from '#table/entity.ts';
import { cleanKeyOf } from '#table/media-keys.ts';
import { findReadable } from '#table/media-link.ts';

/** A rendition that somebody wants and may have. */
export interface Wanted extends Omit<Download, 'from' | 'mark'> {
  readonly mediaId: string;
  readonly rendition: z.output<typeof RenditionName>;
  readonly bytes: number;
}

/**
 * What an address of a media would lead to, after the caller's right to it was looked up: now, each time.
 * Raises `media.not_found`, `media.not_ready`, `media.rendition_missing`.
 */
export async function findWanted(
  { tenant, userId }: Caller,
  mediaId: string,
  name: Wanted['rendition'] | undefined,
  at: number,
): Promise<Wanted> {
  const media = await findReadable(tenant, mediaId, userId, at);
  if (!media) throw new Refusal('media.not_found');
  const { objectVersion } = media;
  if (media.missing || !isServable(media.state) || !objectVersion)
    throw new Refusal('media.not_ready', { state: media.state });
  const made = media.renditions ?? [];
  const rendition = name ? made.find((each) => each.name === name) : renditionMeant(kindOf(media.contentType), made);
  if (!rendition) throw new Refusal('media.rendition_missing', { renditions: made.map((each) => each.name) });
  return {
    mediaId,
    rendition: rendition.name,
    bytes: rendition.bytes,
    key: cleanKeyOf(tenantIdOf(tenant), mediaId, objectVersion, rendition.name),
    answered: answeredAs(rendition, media.fileName),
    seconds: secondsOf(rendition.name, media.durationMs),
  };
}
