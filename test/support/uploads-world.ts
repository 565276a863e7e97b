import { emptyCounter, hourOf, reserved, stepped } from '#domain/media-quota.ts';
import type { Item, TenantKey } from '#table/entity.ts';
import { MediaEntity } from '#table/media.ts';
import { MediaCounterEntity } from '#table/media-quota.ts';
import { UPLOAD_ID } from './example-ids.ts';

const BYTES = 20_000_000;

/** A video of ada's that has begun to be uploaded in parts, and what is reserved for it. */
export function uploadItems(tenant: TenantKey): Item[] {
  const at = Date.now();
  const hour = hourOf(at);
  const counter = stepped(emptyCounter(hour), reserved(BYTES), hour);
  return [
    MediaEntity.toItem(tenant, UPLOAD_ID, {
      mediaId: UPLOAD_ID,
      ownerId: 'ada',
      state: 'uploading',
      fileName: 'loom.mp4',
      contentType: 'video/mp4',
      bytes: BYTES,
      createdAt: at,
      partBytes: 8_388_608,
      uploadId: 'upload-1',
      counted: hour,
      version: 2,
    }),
    ...['ada', undefined].map((userId) => MediaCounterEntity.toItem(tenant, userId, counter)),
  ];
}
