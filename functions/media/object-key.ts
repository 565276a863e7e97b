import type { S3EventRecord } from 'aws-lambda';
import { MediaId, TenantId } from '#contract/ids.ts';
import type { ObjectVersion } from '#gateways/quarantine.ts';
import { scope, type TenantKey } from '#table/entity.ts';

/** An object that arrived in quarantine, and the media it claims to be. */
export interface Arrival {
  readonly tenant: TenantKey;
  readonly mediaId: string;
  readonly object: ObjectVersion;
  /** What tells this object from any other that lay or will lie under the key. */
  readonly objectVersion: string;
}

/**
 * The arrival that an S3 event tells of; undefined when the key is not one that `POST /media` gives out.
 * Keys in events are form-encoded: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function arrivalOf({ s3 }: S3EventRecord): Arrival | undefined {
  const key = new URLSearchParams(`key=${s3.object.key}`).get('key') ?? '';
  const [tenantId, mediaId, ...rest] = key.split('/');
  if (rest.length > 0 || !TenantId.safeParse(tenantId).success || !MediaId.safeParse(mediaId).success) return undefined;
  // A bucket whose versioning is off or suspended says nothing or "null": the entity tag tells its objects apart.
  const versionId = s3.object.versionId === 'null' ? undefined : s3.object.versionId || undefined;
  const eTag = s3.object.eTag || undefined;
  const objectVersion = versionId ?? eTag;
  if (objectVersion === undefined) throw new Error('the event names neither a version nor an entity tag');
  return { tenant: scope(tenantId!), mediaId: mediaId!, object: { key, versionId, eTag }, objectVersion };
}
