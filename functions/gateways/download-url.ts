import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { mediaBucket, s3 } from './media-buckets.ts';

/** Seconds a download address works. */
export const DOWNLOAD_SECONDS = 300;

/**
 * An address that shows a rendition for `DOWNLOAD_SECONDS`. Only for what was encoded here: a browser shows it in
 * place, with the content type that the server found.
 */
export const renditionUrl = (key: string, contentType: string): Promise<string> =>
  getSignedUrl(
    s3,
    new GetObjectCommand({
      Bucket: mediaBucket('cleanBucket'),
      Key: key,
      ResponseContentType: contentType,
      ResponseContentDisposition: 'inline',
    }),
    { expiresIn: DOWNLOAD_SECONDS },
  );
