import { documents, type TransactItem } from '#aws/documents.ts';
import type { Audit } from '#domain/audit.ts';
import { forgotten } from '#domain/media-quota.ts';
import { audited } from './audit.ts';
import type { TenantKey } from './entity.ts';
import { MediaEntity, mediaPartition, type StoredMedia } from './media.ts';
import { stepItems } from './media-quota.ts';
import { refusedIn } from './refused.ts';
import { tableName } from './table-name.ts';

/** AP-582 Whether any link leads to a media, counted or not, consistently. */
export async function isLinked(tenant: TenantKey, mediaId: string): Promise<boolean> {
  const { Items } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :links)',
    ExpressionAttributeValues: { ':pk': mediaPartition(tenant, mediaId), ':links': 'IN#' },
    Limit: 1,
  });
  return Items.length > 0;
}

/**
 * AP-583 Take a media away from wherever it is shown, with the audit entry; what it used is given back. It stays as something
 * that was removed until the last that showed it has gone, so that no other ever comes under its id. False when it has changed meanwhile.
 */
export async function withdrawMedia(tenant: TenantKey, media: StoredMedia, audit: Audit): Promise<boolean> {
  const withdraw: TransactItem = {
    Update: {
      TableName: tableName(),
      Key: MediaEntity.key(tenant, media.mediaId),
      UpdateExpression: 'SET removedAt = :at REMOVE counted, renditions, thumbhash, waveform',
      ConditionExpression: 'version = :version AND attribute_not_exists(removedAt)',
      ExpressionAttributeValues: { ':at': audit.at, ':version': media.version },
    },
  };
  const steps = media.counted === undefined ? [] : stepItems(tenant, media, forgotten(media.bytes), media.counted);
  return (await refusedIn([withdraw, audited(tenant, audit), ...steps])).length === 0;
}
