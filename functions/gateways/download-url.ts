import { presignedGet } from '#aws/presign.ts';
import { ENV } from '#contract/environment.ts';
import type { Answered } from '#domain/download.ts';
import { cdn } from './cdn-key.ts';
import { signedForCdn } from './cdn-url.ts';

/** An object of the clean bucket as it is to be downloaded. */
export interface Download {
  /** Letters, digits, `/`, `_` and `-` only: nothing that would have to be escaped. */
  readonly key: string;
  readonly answered: Answered;
  /** From when (ms) and for how many seconds. */
  readonly from: number;
  readonly seconds: number;
  /** What stands in the CDN's logs for whoever it was given to: says nothing to anybody else. */
  readonly mark: string;
}

/**
 * An address at which a rendition is answered with this type and disposition and nothing else: both are signed, so that
 * nobody can have a file shown as a page. From the CDN where there is one, from S3 elsewhere. The same input gives the same
 * address, as long as the function's credentials are the same.
 */
export async function downloadUrl({ key, answered, from, seconds, mark }: Download): Promise<string> {
  const found = await cdn();
  const { contentType, disposition } = answered;
  if (found) {
    const query = new URLSearchParams({
      'response-content-type': contentType,
      'response-content-disposition': disposition,
      d: mark,
    });
    // S3 reads a plus sign as itself, and a star in what is signed stands for anything.
    const url = `${found.url}/${key}?${query.toString().replaceAll('+', '%20').replaceAll('*', '%2A')}`;
    return signedForCdn(url, Math.floor(from / 1_000) + seconds, found.key);
  }
  const bucket = process.env[ENV.cleanBucket];
  if (!bucket) throw new Error(`${ENV.cleanBucket} is not set: the function was deployed without its bucket`);
  return await presignedGet(
    { bucket, key },
    {
      'response-content-type': contentType,
      'response-content-disposition': disposition,
      'response-cache-control': `private, max-age=${seconds}, immutable`,
    },
    { from, seconds },
  );
}
