import { removeAll } from '#gateways/stored-objects.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { mediaPartition, type StoredMedia } from '#table/media.ts';
import { mediaPrefixOf } from '#table/media-keys.ts';
import { unregister } from '#table/media-registry.ts';
import { forgetMedia } from '#table/media-upload.ts';
import { removePartition } from '#table/removal.ts';

/**
 * Removes what a media leaves when it is gone: its objects in both buckets and, unless it is still shown, all that stood beside
 * it. Any number of times; answers the bytes.
 */
export async function removeRest(tenant: TenantKey, mediaId: string, { shown = false } = {}): Promise<number> {
  const bytes = await removeAll(mediaPrefixOf(tenantIdOf(tenant), mediaId));
  if (shown) return bytes;
  await removePartition(mediaPartition(tenant, mediaId));
  await unregister(tenant, mediaId);
  return bytes;
}

/**
 * Removes a media that nothing shows: first it, on that condition, then its objects, so that nobody is ever shown one whose
 * objects are gone. Whoever dies between the two has left strays, which clean-up and reconciler find. Answers the bytes;
 * undefined when something shows it by now, or it has changed.
 */
export async function removeUnused(tenant: TenantKey, media: StoredMedia): Promise<number | undefined> {
  return (await forgetMedia(tenant, media)) ? removeRest(tenant, media.mediaId) : undefined;
}
