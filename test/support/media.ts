import { documents } from '#aws/documents.ts';
import type { TenantKey } from '#table/entity.ts';
import { MediaEntity, type StoredMedia } from '#table/media.ts';
import { tableName } from '#table/table-name.ts';

let count = 0;

/** A media of `ada` that is ready, in the table; its id. */
export async function readyMedia(
  tenant: TenantKey,
  contentType = 'image/jpeg',
  change: Partial<StoredMedia> = {},
): Promise<string> {
  count += 1;
  const mediaId = `med_${String(count).padStart(22, 'x')}`;
  const Item = MediaEntity.toItem(tenant, mediaId, {
    mediaId,
    ownerId: 'ada',
    state: 'ready',
    fileName: 'engine',
    contentType,
    bytes: 1_000,
    createdAt: Date.now(),
    version: 4,
    ...change,
  });
  await documents.put({ TableName: tableName(), Item });
  return mediaId;
}
