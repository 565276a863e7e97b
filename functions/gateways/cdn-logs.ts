import { gunzipSync } from 'node:zlib';
import { getObject } from '#aws/objects.ts';

/** Bytes of a log, unpacked: CloudFront ends one at 50 MB. */
const MOST_BYTES = 256 * 1024 * 1024;

/** A log of the CDN as text. Raises an error when it cannot be read or unpacked. */
export const cdnLog = async (bucket: string, key: string): Promise<string> =>
  gunzipSync(await getObject({ bucket, key }), { maxOutputLength: MOST_BYTES }).toString('utf8');
