import { PutObjectCommand } from '@aws-sdk/client-s3';
import { mediaBucket, s3 } from './media-buckets.ts';

/** Puts a rendition into the clean bucket; S3 refuses bytes that do not have this SHA-256 (hex). */
export async function putRendition(
  key: string,
  rendition: { readonly data: Uint8Array; readonly contentType: string; readonly sha256: string },
): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket: mediaBucket('cleanBucket'),
      Key: key,
      Body: rendition.data,
      ContentType: rendition.contentType,
      ChecksumSHA256: Buffer.from(rendition.sha256, 'hex').toString('base64'),
    }),
  );
}
