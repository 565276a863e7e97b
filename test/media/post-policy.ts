import { createHmac } from 'node:crypto';

/** A browser's form post: the fields in the order given, the file last. */
export interface Post {
  readonly bucket: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly fileBytes: number;
  /** When S3 receives it, milliseconds since 1970. */
  readonly at: number;
}

type Condition = Record<string, string> | [operator: string, field: string | number, value: string | number];

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Fields that no condition has to name. */
const isFree = (name: string): boolean => ['x-amz-signature', 'policy'].includes(name) || name.startsWith('x-ignore-');

/**
 * Why S3 would refuse a form post; undefined when it would take it. Written from the rules of the POST policy
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html), because an emulator without IAM
 * takes anything.
 */
export function whyRefused({ bucket, fields, fileBytes, at }: Post, secretKey: string): string | undefined {
  const given = new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
  const encoded = given.get('policy');
  if (!encoded) return 'no policy';

  const [, date = '', region = '', service = '', kind = ''] = (given.get('x-amz-credential') ?? '').split('/');
  if (given.get('x-amz-algorithm') !== 'AWS4-HMAC-SHA256' || service !== 's3' || kind !== 'aws4_request')
    return 'algorithm or credential';
  const key = [date, region, service, kind].reduce<string | Buffer>(
    (from, part) => hmac(from, part),
    `AWS4${secretKey}`,
  );
  if (hmac(key as Buffer, encoded).toString('hex') !== given.get('x-amz-signature')) return 'signature';

  const { expiration, conditions } = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as {
    expiration: string;
    conditions: Condition[];
  };
  if (!(at < Date.parse(expiration))) return 'expired';

  const values = new Map([...given, ['bucket', bucket]]);
  const named = new Set<string>();
  for (const condition of conditions) {
    const [operator, field, value] = Array.isArray(condition)
      ? condition
      : (['eq', `$${Object.keys(condition)[0]}`, Object.values(condition)[0]!] as const);
    if (operator === 'content-length-range') {
      if (fileBytes < Number(field) || fileBytes > Number(value)) return 'size';
      continue;
    }
    const name = String(field).slice(1).toLowerCase();
    named.add(name);
    const found = values.get(name) ?? '';
    const holds = operator === 'eq' ? found === value : operator === 'starts-with' && found.startsWith(String(value));
    if (!holds) return `condition on ${name}`;
  }
  const extra = [...values.keys()].find((name) => !named.has(name) && !isFree(name));
  return extra === undefined ? undefined : `extra field ${extra}`;
}
