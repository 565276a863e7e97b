import { createHash, createHmac } from 'node:crypto';

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * Why S3 refuses a presigned GET at `at` (ms), by the documented algorithm; undefined when it does not
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
 */
export function whyRefused(address: URL, secret: string, at: number): string | undefined {
  const query = Object.fromEntries(address.searchParams);
  const { 'X-Amz-Signature': signature, ...signed } = query;
  const { 'X-Amz-Date': date = '', 'X-Amz-Credential': credential = '', 'X-Amz-Expires': seconds = '0' } = query;
  const from = Date.parse(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
  const [, day = '', region = '', service = '', end = ''] = credential.split('/');
  const canonical = [
    'GET',
    address.pathname,
    Object.entries(signed)
      .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
      .sort()
      .join('&'),
    `host:${address.host}\n`,
    signed['X-Amz-SignedHeaders'],
    signed['X-Amz-Content-Sha256'] ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const key = [day, region, service, end].reduce<string | Buffer>((known, part) => hmac(known, part), `AWS4${secret}`);
  const expected = hmac(key, ['AWS4-HMAC-SHA256', date, [day, region, service, end].join('/'), digest].join('\n'));
  if (expected.toString('hex') !== signature) return 'signature';
  return at > from + Number(seconds) * 1_000 ? 'expired' : undefined;
}
