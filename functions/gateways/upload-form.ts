import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { mediaBucket, s3 } from './media-buckets.ts';

/** Seconds an upload may wait to begin. */
export const UPLOAD_SECONDS = 600;

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
    Bucket: mediaBucket('quarantineBucket'),
    Key: key,
    Fields: { 'Content-Type': contentType },
    Conditions: [['content-length-range', bytes, bytes]],
    Expires: UPLOAD_SECONDS,
  });
  return { url, fields };
}
