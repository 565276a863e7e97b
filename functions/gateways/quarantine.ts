import { GetObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import { mediaBucket, s3 } from './media-buckets.ts';

/** Which object an upload's event is about. */
export interface ObjectVersion {
  readonly key: string;
  /** Where the bucket keeps versions. */
  readonly versionId: string | undefined;
  readonly eTag: string | undefined;
}

/** An object's size, and its bytes for whoever still wants them. */
export interface Upload {
  readonly bytes: number;
  readonly read: () => Promise<Uint8Array>;
  /** Closes the connection of an upload that is not wanted after all. */
  readonly discard: () => void;
}

/** Statuses of an object that was replaced (412), removed (404) or lies under a delete marker (405). */
const GONE: readonly (number | undefined)[] = [404, 405, 412];

/** Opens exactly this version of an upload; undefined when it is no longer there. */
export async function openUpload({ key, versionId, eTag }: ObjectVersion): Promise<Upload | undefined> {
  try {
    const { ContentLength = 0, Body } = await s3.send(
      new GetObjectCommand({
        Bucket: mediaBucket('quarantineBucket'),
        Key: key,
        ...(versionId ? { VersionId: versionId } : {}),
        ...(eTag ? { IfMatch: `"${eTag}"` } : {}),
      }),
    );
    return {
      bytes: ContentLength,
      read: async () => (await Body?.transformToByteArray()) ?? new Uint8Array(),
      discard: () => {
        if (Body && 'destroy' in Body) Body.destroy();
      },
    };
  } catch (error) {
    if (error instanceof S3ServiceException && GONE.includes(error.$metadata.httpStatusCode)) return undefined;
    throw error;
  }
}
