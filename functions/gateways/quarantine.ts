import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import { mediaBucket, patientS3, s3 } from './media-buckets.ts';

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
  /** The same bytes as they come, for whoever need not have them all at once. */
  readonly parts: () => AsyncIterable<Uint8Array>;
  /** Closes the connection of an upload that is not wanted after all. */
  readonly discard: () => void;
}

/** Statuses of an object that was replaced (412), removed (404) or lies under a delete marker (405). */
const GONE: readonly (number | undefined)[] = [404, 405, 412];

/** How exactly this version is asked for. */
const naming = ({ key, versionId, eTag }: ObjectVersion) => ({
  Bucket: mediaBucket('quarantineBucket'),
  Key: key,
  ...(versionId ? { VersionId: versionId } : {}),
  ...(eTag ? { IfMatch: `"${eTag}"` } : {}),
});

/** What `ask` answers about an object; undefined when that version is no longer there. */
async function unlessGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof S3ServiceException && GONE.includes(error.$metadata.httpStatusCode)) return undefined;
    throw error;
  }
}

/** Opens exactly this version of an upload; undefined when it is no longer there. */
export const openUpload = (object: ObjectVersion): Promise<Upload | undefined> =>
  unlessGone(async () => {
    const { ContentLength = 0, Body } = await s3.send(new GetObjectCommand(naming(object)));
    return {
      bytes: ContentLength,
      read: async () => (await Body?.transformToByteArray()) ?? new Uint8Array(),
      parts: () => (Body ?? []) as AsyncIterable<Uint8Array>,
      discard: () => {
        if (Body && 'destroy' in Body) Body.destroy();
      },
    };
  });

/** The size of exactly this version of an upload; undefined when it is no longer there. */
export const measureUpload = (object: ObjectVersion): Promise<number | undefined> =>
  unlessGone(async () => (await s3.send(new HeadObjectCommand(naming(object)))).ContentLength ?? 0);

/** The first bytes of exactly this version, not more than are asked for; undefined when it is no longer there. */
export const peekUpload = (object: ObjectVersion, bytes: number): Promise<Uint8Array | undefined> =>
  unlessGone(async () => {
    const { Body } = await s3.send(new GetObjectCommand({ ...naming(object), Range: `bytes=0-${bytes - 1}` }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  });

/**
 * Has S3 copy exactly this version into the clean bucket, as something to be saved and with nothing that came with it;
 * its SHA-256 (hex; empty where the store tells none), or undefined when it is no longer there. Up to 5 GB, what one copy takes.
 */
export const keepOriginal = ({ key, versionId, eTag }: ObjectVersion, to: string): Promise<string | undefined> =>
  unlessGone(async () => {
    const source = `${mediaBucket('quarantineBucket')}/${encodeURIComponent(key)}`;
    const { CopyObjectResult } = await patientS3.send(
      new CopyObjectCommand({
        Bucket: mediaBucket('cleanBucket'),
        Key: to,
        CopySource: versionId ? `${source}?versionId=${encodeURIComponent(versionId)}` : source,
        ...(eTag ? { CopySourceIfMatch: `"${eTag}"` } : {}),
        ContentType: 'application/octet-stream',
        MetadataDirective: 'REPLACE',
        TaggingDirective: 'REPLACE',
        ChecksumAlgorithm: 'SHA256',
      }),
    );
    // The emulator copies without a word about it.
    return Buffer.from(CopyObjectResult?.ChecksumSHA256 ?? '', 'base64').toString('hex');
  });
