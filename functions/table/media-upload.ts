import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { isFinal } from '#domain/media.ts';
import { forgotten, hourOf, UNLIMITED } from '#domain/media-quota.ts';
import { Refusal } from '#domain/refusal.ts';
import { putDue } from './due.ts';
import type { TenantKey } from './entity.ts';
import { givenUpAt, MediaEntity, type StoredMedia } from './media.ts';
import { type Limits, readyCounters, reserveItems, stepItems } from './media-quota.ts';
import { registered } from './media-registry.ts';
import { refusedIn } from './refused.ts';
import { tableName } from './table-name.ts';

/** Tries of a transaction whose counters have to be made ready first, or that others were quicker in. */
const TRIES = 8;

/**
 * AP-21 Writes a new media, its bytes reserved with its owner and its tenant, and the time at which it is given up; all of it or
 * nothing. False when the id is taken. Raises `media.quota_exceeded`, `media.too_many_pending` and `service.contended`.
 */
export async function createMedia(
  tenant: TenantKey,
  media: StoredMedia,
  limits: Limits = { user: UNLIMITED, tenant: UNLIMITED },
): Promise<boolean> {
  const { mediaId: id, ownerId: userId, createdAt } = media;
  const due = putDue({ tenant, userId, id, at: givenUpAt(media) }, 'MEDIA');
  let hour = hourOf(createdAt);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const Item = MediaEntity.toItem(tenant, id, { ...media, counted: hour });
    // DynamoDB deletes late: what has expired is gone already.
    const put = {
      Put: {
        TableName: tableName(),
        Item,
        ConditionExpression: 'attribute_not_exists(pk) OR exp <= :now',
        ExpressionAttributeValues: { ':now': Math.floor(createdAt / 1_000) },
      },
    };
    const refused = await refusedIn([put, ...reserveItems(tenant, media, limits, hour), due, registered(tenant, id)]);
    if (refused.length === 0) return true;
    if (refused.includes(0)) return false;
    hour = await readyCounters(tenant, media, limits, hour);
  }
  throw new Refusal('service.contended');
}

/**
 * AP-534 The first parts of an upload are asked for: it is `uploading` from now on, under S3's name of it. Undefined when somebody
 * else was first.
 */
export async function beginParts(
  tenant: TenantKey,
  { mediaId }: StoredMedia,
  uploadId: string,
): Promise<StoredMedia | undefined> {
  try {
    const { Attributes } = await documents.update({
      TableName: tableName(),
      Key: MediaEntity.key(tenant, mediaId),
      UpdateExpression: 'SET #state = :uploading, uploadId = :upload, version = version + :one',
      ConditionExpression: '#state = :requested',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':requested': 'requested',
        ':uploading': 'uploading',
        ':upload': uploadId,
        ':one': 1,
      },
      ReturnValues: 'ALL_NEW',
    });
    return MediaEntity.fromItem(Attributes!);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/**
 * AP-535 Removes a media that has ended and that nothing shows, and gives back what it used, in one transaction. False when it is
 * another by now: look again.
 */
export async function forgetMedia(tenant: TenantKey, media: StoredMedia): Promise<boolean> {
  const Key = MediaEntity.key(tenant, media.mediaId);
  const remove = {
    Delete: {
      TableName: tableName(),
      Key,
      ConditionExpression: 'version = :version AND (attribute_not_exists(refs) OR refs = :none)',
      ExpressionAttributeValues: { ':version': media.version, ':none': 0 },
    },
  };
  if (!isFinal(media.state)) throw new Error(`a media that is ${media.state} has not ended`);
  const steps = media.counted === undefined ? [] : stepItems(tenant, media, forgotten(media.bytes), media.counted);
  return (await refusedIn([remove, ...steps])).length === 0;
}
