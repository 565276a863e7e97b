import { endUpload, isAwaited } from '#changing/end-upload.ts';
import type { cancelUpload as route } from '#contract/uploads.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { toMedia } from '#table/media.ts';
import { ownUpload } from './one-upload.ts';

/** Gives an upload up. One that has arrived meanwhile goes its way. */
export const cancelUpload: Handle<typeof route> = async ({ mediaId }, request) => {
  for (;;) {
    const media = await ownUpload(mediaId, request);
    if (media.state === 'expired') return { body: toMedia(media), replayed: true };
    if (!isAwaited(media)) throw new Refusal('media.not_uploading', { state: media.state });
    const ended = await endUpload(request.caller.tenant, media, 'cancelled', request.at);
    if (ended) return { body: toMedia(ended) };
  }
};
