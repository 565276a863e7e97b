import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** A key pair of the CDN's key group: what CloudFront calls its public half, and the private half. */
export interface CdnKey {
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** The name by which a key pair is known before CloudFront has given it one: 64 bits of a SHA-256 of its public half (SPKI, DER). */
export const fingerprintOf = (key: KeyObject): string => {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(half.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
};

/**
 * The key to sign with: the first of `pems` (newest first) whose public half is deployed, `deployed` being CloudFront's names
 * by fingerprint. A key that was made and not deployed yet is passed over, so that rotation needs no moment of its own.
 */
export function keyToSignWith(pems: readonly string[], deployed: Readonly<Record<string, string>>): CdnKey {
  for (const pem of pems) {
    const privateKey = createPrivateKey(pem);
    const id = deployed[fingerprintOf(privateKey)];
    if (id) return { id, privateKey };
  }
  throw new Error('no private key of the CDN fits a public one that is deployed');
}

/** Base64 as CloudFront takes it in a query. */
const queryBase64 = (bytes: Buffer): string =>
  bytes.toString('base64').replace(/[+=/]/g, (char) => ({ '+': '-', '=': '_', '/': '~' })[char]!);

/** The policy that a signature of `url` until `expires` (epoch seconds) is over, to the character. */
export const cannedPolicy = (url: string, expires: number): string =>
  JSON.stringify({ Statement: [{ Resource: url, Condition: { DateLessThan: { 'AWS:EpochTime': expires } } }] });

/**
 * An address that CloudFront serves until `expires` (epoch seconds): a canned policy over the whole of `url`, its query
 * included, signed with RSA and SHA-256. The same input gives the same address, so that browsers know it again
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-canned-policy.html).
 */
export function signedForCdn(url: string, expires: number, { id, privateKey }: CdnKey): string {
  const signature = queryBase64(sign('sha256', Buffer.from(cannedPolicy(url, expires)), privateKey));
  return `${url}${url.includes('?') ? '&' : '?'}Expires=${expires}&Signature=${signature}&Key-Pair-Id=${id}&Hash-Algorithm=SHA256`;
}
