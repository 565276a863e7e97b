import { DeleteObjectsCommand, ListObjectsV2Command, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { mediaBucket, s3 } from './media-buckets.ts';

/** An object as a listing tells of it. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** When it was written, ms. */
  readonly at: number;
  /** Where the bucket keeps versions. */
  readonly versionId?: string | undefined;
}

/** AWS lists and removes up to 1,000 at a time. */
const MOST = 1_000;

/** A page of the objects in the clean bucket under a prefix, after a key. */
export async function listClean(prefix: string, after?: string): Promise<{ objects: StoredObject[]; more: boolean }> {
  const { Contents = [], IsTruncated = false } = await s3.send(
    new ListObjectsV2Command({ Bucket: mediaBucket('cleanBucket'), Prefix: prefix, StartAfter: after, MaxKeys: MOST }),
  );
  return {
    objects: Contents.map(({ Key = '', Size = 0, LastModified }) => ({
      key: Key,
      bytes: Size,
      at: LastModified?.getTime() ?? 0,
    })),
    more: IsTruncated,
  };
}

/** A page of the versions of what lies in quarantine under a prefix, delete markers included. */
async function listQuarantine(prefix: string): Promise<{ objects: StoredObject[]; more: boolean }> {
  const {
    Versions = [],
    DeleteMarkers = [],
    IsTruncated = false,
  } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: mediaBucket('quarantineBucket'), Prefix: prefix, MaxKeys: MOST }),
  );
  return {
    objects: [...Versions, ...DeleteMarkers.map((marker) => ({ ...marker, Size: 0 }))].map(
      ({ Key = '', VersionId, LastModified, Size = 0 }) => ({
        key: Key,
        bytes: Size,
        at: LastModified?.getTime() ?? 0,
        versionId: VersionId === 'null' ? undefined : VersionId,
      }),
    ),
    more: IsTruncated,
  };
}

/** Removes objects, each in its version where it has one; what is gone is gone. Throws when S3 keeps one of them. */
export async function removeObjects(
  bucket: 'cleanBucket' | 'quarantineBucket',
  objects: readonly StoredObject[],
): Promise<void> {
  for (let from = 0; from < objects.length; from += MOST) {
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({
        Bucket: mediaBucket(bucket),
        Delete: {
          Quiet: true,
          Objects: objects
            .slice(from, from + MOST)
            .map(({ key, versionId }) => ({ Key: key, ...(versionId ? { VersionId: versionId } : {}) })),
        },
      }),
    );
    const [failed] = Errors;
    if (failed) throw new Error(`S3 kept ${failed.Key}: ${failed.Code}`);
  }
}

/** Removes all that is stored of a media under a prefix (`<tenant>/<media>/`), in both buckets; answers how many bytes it was. */
export async function removeAll(prefix: string): Promise<number> {
  let bytes = 0;
  for (const [bucket, list] of [
    ['cleanBucket', listClean],
    ['quarantineBucket', listQuarantine],
  ] as const)
    for (;;) {
      const { objects, more } = await list(prefix);
      await removeObjects(bucket, objects);
      bytes += objects.reduce((sum, object) => sum + object.bytes, 0);
      if (!more) break;
    }
  return bytes;
}

/** Ids of the tenants that have anything in the clean bucket. */
export async function* tenantsStored(): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const { CommonPrefixes = [], NextContinuationToken } = await s3.send(
      new ListObjectsV2Command({ Bucket: mediaBucket('cleanBucket'), Delimiter: '/', ContinuationToken: token }),
    );
    for (const { Prefix = '' } of CommonPrefixes) yield Prefix.slice(0, -1);
    token = NextContinuationToken;
  } while (token);
}
