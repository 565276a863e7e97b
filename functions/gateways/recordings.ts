import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { mediaBucket, s3 } from './media-buckets.ts';
import type { Upload } from './quarantine.ts';

/** Writes an upload to a file as it comes: of a gigabyte no more than a few chunks are in memory. */
export const download = (upload: Upload, file: string): Promise<void> =>
  pipeline(upload.parts(), createWriteStream(file));

/** Puts a rendition that lies on disk into the clean bucket; S3 refuses bytes that do not have this SHA-256 (hex). */
export async function putFile(
  key: string,
  rendition: { readonly file: string; readonly bytes: number; readonly contentType: string; readonly sha256: string },
): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket: mediaBucket('cleanBucket'),
      Key: key,
      Body: createReadStream(rendition.file),
      ContentLength: rendition.bytes,
      ContentType: rendition.contentType,
      ChecksumSHA256: Buffer.from(rendition.sha256, 'hex').toString('base64'),
    }),
  );
}
