import { batchGet } from './batch-get.ts';
import type { TenantKey } from './entity.ts';
import { MediaEntity } from './media.ts';

/** AP-620 What the uploaders of some media said of them, by id: it never changes, so it is read eventually consistently. */
export async function namesOfMedia(
  tenant: TenantKey,
  mediaIds: readonly string[],
): Promise<Map<string, { readonly fileName: string; readonly contentType: string }>> {
  const keys = mediaIds.map((mediaId) => MediaEntity.key(tenant, mediaId));
  const items = await batchGet(keys, { consistent: false });
  return new Map(
    items.map((item) => {
      const { mediaId, fileName, contentType } = MediaEntity.fromItem(item);
      return [mediaId, { fileName, contentType }];
    }),
  );
}
