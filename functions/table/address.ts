import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { RenditionName } from '#contract/media.ts';
import { batchGet } from './batch-get.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Of which rendition, for whom. */
export interface AddressId {
  readonly userId: string;
  readonly mediaId: string;
  readonly rendition: z.output<typeof RenditionName>;
}

const StoredAddress = z.object({
  mediaId: z.string(),
  rendition: RenditionName,
  /** What its download is called, beside its time. */
  id: z.string(),
  /** From when until when it works (ms). */
  at: z.number(),
  until: z.number(),
  [TABLE.ttl]: z.number().optional(),
});
export type StoredAddress = z.output<typeof StoredAddress>;

/** The last address that a user was given of a rendition: whoever asks again while it is good is given the same, and nothing is counted. */
export const AddressEntity = entity({
  type: 'address',
  schema: StoredAddress,
  key: (tenant: TenantKey, { userId, mediaId, rendition }: AddressId): Key => ({
    pk: join(tenant, 'R', userId),
    sk: join('ADDRESS', mediaId, rendition),
  }),
});

/** AP-558 The last addresses of some renditions, in their order, consistently; undefined where there is none. */
export async function findAddresses(
  tenant: TenantKey,
  ids: readonly AddressId[],
): Promise<(StoredAddress | undefined)[]> {
  const keys = ids.map((id) => AddressEntity.key(tenant, id));
  const items = await batchGet(keys, { consistent: true });
  return keys.map(({ sk }) => {
    const item = items.find((found) => found.sk === sk);
    return item && AddressEntity.fromItem(item);
  });
}

/** AP-559 Note an address in place of the one that was `seen`; false when another was noted meanwhile. */
export async function noteAddress(
  tenant: TenantKey,
  userId: string,
  address: StoredAddress,
  seen: StoredAddress | undefined,
): Promise<boolean> {
  const { mediaId, rendition, until } = address;
  try {
    await documents.put({
      TableName: tableName(),
      Item: AddressEntity.toItem(
        tenant,
        { userId, mediaId, rendition },
        { ...address, [TABLE.ttl]: Math.ceil(until / 1_000) },
      ),
      ConditionExpression: seen ? 'attribute_not_exists(pk) OR #id = :seen' : 'attribute_not_exists(pk)',
      ...(seen ? { ExpressionAttributeNames: { '#id': 'id' }, ExpressionAttributeValues: { ':seen': seen.id } } : {}),
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
