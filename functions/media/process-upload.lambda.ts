import type { S3Event } from 'aws-lambda';
import { announce } from '#delivery/announce.ts';
import { openUpload } from '#gateways/quarantine.ts';
import { putRendition } from '#gateways/renditions.ts';
import { log } from '#runtime/log.ts';
import { findMedia, moveMedia } from '#table/media.ts';
import { arrivalOf } from './object-key.ts';
import { processUpload, type World } from './process-upload.ts';

const world: World = {
  find: (tenant, mediaId) => findMedia(tenant, mediaId, Date.now()),
  move: moveMedia,
  open: openUpload,
  put: putRendition,
  announce: async (tenant, { mediaId, ownerId, state, reason = null }) => {
    await announce(tenant, [ownerId], undefined, [{ type: 'media:updated', mediaId, state, reason }]);
  },
};

/**
 * Runs for every object that arrives in quarantine. A bad file ends as `rejected`; what throws is an outage, which Lambda
 * tries again and in the end hands to the failure destination. Objects of one event do not hold each other up.
 */
export const handler = async ({ Records }: S3Event): Promise<void> => {
  const failures: unknown[] = [];
  for (const record of Records) {
    try {
      const arrival = arrivalOf(record);
      if (arrival) await processUpload(arrival, world);
      else log.warn('upload.foreign_key', { bucket: record.s3.bucket.name });
    } catch (error) {
      log.error('upload.failed', error, { key: record.s3.object.key });
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${Records.length} uploads failed`);
};
