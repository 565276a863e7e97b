import { createReadStream } from 'node:fs';
import { PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3';
import { mediaBucket, s3 } from './media-buckets.ts';

/** What is known of a rendition's bytes: their type, and their SHA-256 (hex). */
interface Known {
  readonly contentType: string;
  readonly sha256: string;
}

async function put(
  key: string,
  { contentType, sha256 }: Known,
  body: Pick<PutObjectCommandInput, 'Body' | 'ContentLength'>,
): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket: mediaBucket('cleanBucket'),
      Key: key,
      ContentType: contentType,
      ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
      ...body,
    }),
  );
}

/** Puts a rendition into the clean bucket; S3 refuses bytes that do not have this SHA-256 (hex). */
export const putRendition = (key: string, rendition: Known & { readonly data: Uint8Array }): Promise<void> =>
  put(key, rendition, { Body: rendition.data });

/** The same for a rendition that lies on disk. */
export const putFile = (
  key: string,
  rendition: Known & { readonly file: string; readonly bytes: number },
): Promise<void> => put(key, rendition, { Body: createReadStream(rendition.file), ContentLength: rendition.bytes });
