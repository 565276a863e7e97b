import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  NoSuchUpload,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { mediaBucket, s3 } from './media-buckets.ts';

/** An upload in parts: where it goes, and S3's name of it. */
export interface Parts {
  readonly key: string;
  readonly uploadId: string;
}

/** A part that S3 has. */
export interface PartThere {
  readonly part: number;
  readonly bytes: number;
  /** SHA-256 in base64. */
  readonly sha256: string | undefined;
  readonly eTag: string | undefined;
}

const placeOf = ({ key, uploadId }: Parts) => ({
  Bucket: mediaBucket('quarantineBucket'),
  Key: key,
  UploadId: uploadId,
});

const isNoUpload = (error: unknown): boolean =>
  error instanceof NoSuchUpload || (error instanceof S3ServiceException && error.name === 'NoSuchUpload');

/** Begins an upload in parts; S3's name of it. Parts that nobody puts together are removed by the bucket's lifecycle. */
export async function beginUpload(key: string, contentType: string): Promise<string> {
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({
      Bucket: mediaBucket('quarantineBucket'),
      Key: key,
      ContentType: contentType,
      ChecksumAlgorithm: 'SHA256',
    }),
  );
  if (!UploadId) throw new Error('S3 gave an upload in parts no name');
  return UploadId;
}

const CHECKSUM = 'x-amz-checksum-sha256';

/**
 * An address for exactly this part, for so many seconds: number, length and digest are signed. The digest stays a header,
 * because S3 checks a body against headers.
 */
export async function partAddress(
  to: Parts,
  { part, bytes, sha256 }: { readonly part: number; readonly bytes: number; readonly sha256: string },
  seconds: number,
): Promise<{ url: string; headers: Record<string, string> }> {
  const url = await getSignedUrl(
    s3,
    new UploadPartCommand({ ...placeOf(to), PartNumber: part, ContentLength: bytes, ChecksumSHA256: sha256 }),
    { expiresIn: seconds, unhoistableHeaders: new Set([CHECKSUM]) },
  );
  return { url, headers: { [CHECKSUM]: sha256 } };
}

/** The parts that arrived, by number; undefined when S3 knows no such upload any more: put together, or given up. */
export async function listParts(of: Parts): Promise<PartThere[] | undefined> {
  try {
    const { Parts: found = [] } = await s3.send(new ListPartsCommand({ ...placeOf(of), MaxParts: 1_000 }));
    return found.map(({ PartNumber = 0, Size = 0, ChecksumSHA256, ETag }) => ({
      part: PartNumber,
      bytes: Size,
      sha256: ChecksumSHA256,
      eTag: ETag,
    }));
  } catch (error) {
    if (isNoUpload(error)) return undefined;
    throw error;
  }
}

/** Puts exactly these parts together. Nothing when S3 knows no such upload any more. */
export async function joinParts(of: Parts, parts: readonly PartThere[]): Promise<void> {
  const Parts = parts.map(({ part, eTag, sha256 }) => ({ PartNumber: part, ETag: eTag, ChecksumSHA256: sha256 }));
  try {
    await s3.send(new CompleteMultipartUploadCommand({ ...placeOf(of), MultipartUpload: { Parts } }));
  } catch (error) {
    if (!isNoUpload(error)) throw error;
  }
}

/** Gives an upload up with all its parts; again is no error. */
export async function dropParts(of: Parts): Promise<void> {
  try {
    await s3.send(new AbortMultipartUploadCommand(placeOf(of)));
  } catch (error) {
    if (!isNoUpload(error)) throw error;
  }
}

/** Whether an object lies under the key. */
export async function hasArrived(key: string): Promise<boolean> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: mediaBucket('quarantineBucket'), Prefix: key, MaxKeys: 1 }),
  );
  return Contents.some(({ Key }) => Key === key);
}
