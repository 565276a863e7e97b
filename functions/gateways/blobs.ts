import { GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ENV } from '#contract/environment.ts';

/** Seconds an upload may wait to begin. */
export const UPLOAD_SECONDS = 600;

/** Seconds a download address works. */
export const DOWNLOAD_SECONDS = 300;

const s3 = new S3Client({ maxAttempts: 5, requestHandler: { connectionTimeout: 1_000, requestTimeout: 20_000 } });

const bucket = (key: 'quarantineBucket' | 'cleanBucket'): string => {
  const name = process.env[ENV[key]];
  if (!name) throw new Error(`${ENV[key]} is not set: the function was deployed without its bucket`);
  return name;
};

/** An address and the form fields that let exactly one file in. */
export interface UploadForm {
  readonly url: string;
  readonly fields: Record<string, string>;
}

/**
 * A presigned POST into quarantine for `UPLOAD_SECONDS`: this key, this content type, this many bytes, no metadata. A
 * POST, because a presigned PUT cannot bound the size
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html).
 */
export async function uploadForm(key: string, contentType: string, bytes: number): Promise<UploadForm> {
  const { url, fields } = await createPresignedPost(s3, {
    Bucket: bucket('quarantineBucket'),
    Key: key,
    Fields: { 'Content-Type': contentType },
    Conditions: [['content-length-range', bytes, bytes]],
    Expires: UPLOAD_SECONDS,
  });
  return { url, fields };
}

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
        Bucket: bucket('quarantineBucket'),
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

/** Puts a rendition into the clean bucket; S3 refuses bytes that do not have this SHA-256 (hex). */
export async function putRendition(
  key: string,
  rendition: { readonly data: Uint8Array; readonly contentType: string; readonly sha256: string },
): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket('cleanBucket'),
      Key: key,
      Body: rendition.data,
      ContentType: rendition.contentType,
      ChecksumSHA256: Buffer.from(rendition.sha256, 'hex').toString('base64'),
    }),
  );
}

/**
 * An address that shows a rendition for `DOWNLOAD_SECONDS`. Only for what was encoded here: a browser shows it in
 * place, with the content type that the server found.
 */
export const renditionUrl = (key: string, contentType: string): Promise<string> =>
  getSignedUrl(
    s3,
    new GetObjectCommand({
      Bucket: bucket('cleanBucket'),
      Key: key,
      ResponseContentType: contentType,
      ResponseContentDisposition: 'inline',
    }),
    { expiresIn: DOWNLOAD_SECONDS },
  );
