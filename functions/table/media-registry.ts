import * as z from 'zod';
import { documents, type TransactItem } from '#aws/documents.ts';
import { batchGet } from './batch-get.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { MediaEntity, type StoredMedia } from './media.ts';
import { tableName } from './table-name.ts';

/** That a tenant has a media: written with it, so that all of them can be looked at without a scan. */
export const RegisteredMediaEntity = entity({
  type: 'registered-media',
  schema: z.object({ mediaId: z.string() }),
  key: (tenant: TenantKey, mediaId: string): Key => ({ pk: join(tenant, 'MEDIAS'), sk: mediaId }),
});

/** Registers a media, in the transaction that writes it. */
export const registered = (tenant: TenantKey, mediaId: string): TransactItem => ({
  Put: { TableName: tableName(), Item: RegisteredMediaEntity.toItem(tenant, mediaId, { mediaId }) },
});

/** AP-577 Take a media off the register. */
export const unregister = (tenant: TenantKey, mediaId: string): Promise<void> =>
  documents.delete({ TableName: tableName(), Key: { ...RegisteredMediaEntity.key(tenant, mediaId) } });

/** AP-578 A page of a tenant's media by id, after one of them; undefined for one that is registered and gone. */
export async function listRegisteredMedia(
  tenant: TenantKey,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<{ all: { mediaId: string; media: StoredMedia | undefined }[]; next: string | undefined }> {
  const { Items, LastEvaluatedKey } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND sk > :after',
    ExpressionAttributeValues: { ':pk': RegisteredMediaEntity.key(tenant, '').pk, ':after': page.after ?? ' ' },
    Limit: page.limit,
  });
  const ids = Items.map((item) => RegisteredMediaEntity.fromItem(item).mediaId);
  const found = await batchGet(
    ids.map((mediaId) => MediaEntity.key(tenant, mediaId)),
    { consistent: true },
  );
  const media = new Map(found.map(MediaEntity.fromItem).map((one) => [one.mediaId, one]));
  return {
    all: ids.map((mediaId) => ({ mediaId, media: media.get(mediaId) })),
    next: LastEvaluatedKey && ids.at(-1),
  };
}
