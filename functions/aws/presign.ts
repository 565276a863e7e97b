import { addressOf, type ObjectAt } from './objects.ts';
import { signerOf } from './signed-fetch.ts';

/** What S3 and its clients call a body that no signature is over. */
const UNSIGNED = 'UNSIGNED-PAYLOAD';

/**
 * An address at which S3 gives an object to whoever has it, from a moment (ms) on for some seconds, with `query` as signed
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html). The same input and credentials give the
 * same address.
 */
export async function presignedGet(
  at: ObjectAt,
  query: Readonly<Record<string, string>>,
  time: { readonly from: number; readonly seconds: number },
): Promise<string> {
  const url = addressOf(at);
  const signed = await signerOf('s3').presign(
    {
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port ? { port: Number(url.port) } : {}),
      path: url.pathname,
      query: { ...query },
      headers: { host: url.host, 'x-amz-content-sha256': UNSIGNED },
    },
    { expiresIn: time.seconds, signingDate: new Date(time.from), unsignableHeaders: new Set(['x-amz-content-sha256']) },
  );
  const search = Object.entries(signed.query ?? {})
    .map(([name, value]) => `${escaped(name)}=${escaped(String(value))}`)
    .join('&');
  return `${url.href}?${search}`;
}

/** As a signature takes it: what `encodeURIComponent` leaves and RFC 3986 reserves is encoded too. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
