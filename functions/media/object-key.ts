import type { S3EventRecord } from 'aws-lambda';
import { MediaId, TenantId } from '#contract/ids.ts';
import { MediaKind } from '#contract/media.ts';
import type { Verdict } from '#contract/verdict.ts';
import type { ObjectVersion } from '#gateways/quarantine.ts';
import { scope, type TenantKey } from '#table/entity.ts';

/** An object that arrived in quarantine, and the media it claims to be. */
export interface Arrival {
  readonly tenant: TenantKey;
  readonly mediaId: string;
  readonly kind: MediaKind;
  readonly object: ObjectVersion;
  /** What tells this object from any other that lay or will lie under the key. */
  readonly objectVersion: string;
  /** Its size, where the event tells it. */
  readonly bytes: number | undefined;
}

type Told = { readonly [field in 'eTag' | 'versionId']?: string | null | undefined };

/** Undefined when the key is not one that an upload is given. */
function objectOf(key: string, told: Told, bytes?: number): Arrival | undefined {
  const [tenantId, mediaId, named, ...rest] = key.split('/');
  const kind = MediaKind.safeParse(named);
  if (rest.length > 0 || !kind.success) return undefined;
  if (!TenantId.safeParse(tenantId).success || !MediaId.safeParse(mediaId).success) return undefined;
  // A bucket whose versioning is off or suspended says nothing or "null": the entity tag tells its objects apart.
  const versionId = told.versionId === 'null' ? undefined : told.versionId || undefined;
  const eTag = told.eTag || undefined;
  const objectVersion = versionId ?? eTag;
  if (objectVersion === undefined) throw new Error('the event names neither a version nor an entity tag');
  const object = { key, versionId, eTag };
  return { tenant: scope(tenantId!), mediaId: mediaId!, kind: kind.data, object, objectVersion, bytes };
}

/**
 * The arrival that an S3 event tells of; undefined when the key is not one that an upload is given.
 * Keys in events are form-encoded: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const arrivalOf = ({ s3: { object } }: S3EventRecord): Arrival | undefined =>
  objectOf(new URLSearchParams(`key=${object.key}`).get('key') ?? '', object, object.size);

/** The arrival that a verdict is about; its key is written as it is. Undefined when the key is not one that an upload is given. */
export const scannedOf = ({ s3ObjectDetails: object }: Verdict): Arrival | undefined =>
  objectOf(object.objectKey, object);
