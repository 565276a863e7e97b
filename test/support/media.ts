import { documents } from '#aws/documents.ts';
import type { TenantKey } from '#table/entity.ts';
import { findMedia, MediaEntity, type StoredMedia } from '#table/media.ts';
import { exchangeParts, KEPT } from '#table/media-kept.ts';
import { showParts, storeShowing } from '#table/media-reference.ts';
import type { MessageKey } from '#table/message.ts';
import { tableName } from '#table/table-name.ts';

let count = 0;

/** A media of `ada` that is ready, in the table; its id. */
export async function readyMedia(
  tenant: TenantKey,
  contentType = 'image/jpeg',
  change: Partial<StoredMedia> = {},
): Promise<string> {
  count += 1;
  const { mediaId = `med_${String(count).padStart(22, 'x')}` } = change;
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

/** Links that a stored message has to a media, as sending it makes them. */
export const linkTo = (tenant: TenantKey, message: MessageKey, mediaId: string, { u = 'ada', a = Date.now() } = {}) =>
  documents.transactWrite(showParts(tenant, message, { u, a }, [{ mediaId, contentType: 'image/jpeg' }]));

/** A message of a picture, stored as sending it does. */
export async function sayPicture(
  tenant: TenantKey,
  message: MessageKey,
  mediaId: string,
  { u = 'ada', a = Date.now() } = {},
): Promise<void> {
  const media = await findMedia(tenant, mediaId, a);
  const stored = { u, a, v: 1, b: { type: 'image', mediaId } } as const;
  if (!media || !(await storeShowing(tenant, message, stored, [media]))) throw new Error('it is not stored');
}

/** Makes it the picture of a conversation, whose members may then see it. */
export const showAsPictureOf = async (tenant: TenantKey, conversationId: string, mediaId: string): Promise<void> => {
  const links = { before: [], after: [KEPT.asPictureOf(conversationId, mediaId)] };
  await documents.transactWrite(await exchangeParts(tenant, links, Date.now()));
};
