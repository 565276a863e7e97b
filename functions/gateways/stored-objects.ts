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

/** Removes what lies under a prefix in one bucket; answers how many bytes it was. */
async function removeUnder(bucket: 'cleanBucket' | 'quarantineBucket', prefix: string): Promise<number> {
  for (let bytes = 0; ; ) {
    const { objects, more } = await (bucket === 'cleanBucket' ? listClean(prefix) : listQuarantine(prefix));
    if (objects.length > 0) await removeObjects(bucket, objects);
    bytes += objects.reduce((sum, object) => sum + object.bytes, 0);
    if (!more) return bytes;
  }
}

/** Removes what was uploaded under a prefix, in all its versions; answers how many bytes it was. */
export const removeUploaded = (prefix: string): Promise<number> => removeUnder('quarantineBucket', prefix);

/** Removes all that is stored of a media under its prefix, in both buckets; answers how many bytes it was. */
export const removeAll = async (prefix: string): Promise<number> =>
  (await removeUnder('cleanBucket', prefix)) + (await removeUploaded(prefix));

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
