import { announce } from '#delivery/announce.ts';
import { measureUpload } from '#gateways/quarantine.ts';
import { findMedia, moveMedia } from '#table/media.ts';
import type { World } from './lead.ts';

/** The world of the deployed functions. */
export const outside: World = {
  find: (tenant, mediaId) => findMedia(tenant, mediaId, Date.now()),
  move: moveMedia,
  measure: measureUpload,
  announce: async (tenant, { mediaId, ownerId, state, reason = null }) => {
    await announce(tenant, [ownerId], undefined, [{ type: 'media:updated', mediaId, state, reason }]);
  },
};
