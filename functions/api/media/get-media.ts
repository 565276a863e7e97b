import type { getMedia as route } from '#contract/media.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { toMedia } from '#table/media.ts';
import { findReadable } from '#table/media-link.ts';

/** The state of a media, for its owner and for whoever is in a conversation that shows it. */
export const getMedia: Handle<typeof route> = async ({ mediaId }, { caller, at }) => {
  const media = await findReadable(caller.tenant, mediaId, caller.userId, at);
  if (!media) throw new Refusal('media.not_found');
  return { body: toMedia(media) };
};
