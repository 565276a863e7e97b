import { createHash, createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The key pair that functions derive from a secret, made here by other means. */
export function keysOfSecret(secret = 'a secret of the test, long enough to sign with') {
  const seed = createHmac('sha256', secret).update('parley/invitation').digest();
  const privateKey = createPrivateKey({
    key: { kty: 'OKP', crv: 'Ed25519', d: seed.toString('base64url'), x: '' },
    format: 'jwk',
  });
  return { privateKey, ...publicPartsOf(privateKey) };
}

const publicPartsOf = (privateKey: KeyObject) => {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  // RFC 7638: the required members in the order of the alphabet.
  const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
  return { x: x!, kid };
};

const HOUR = 3_600;

/** What a good token says; each part can be another. */
export const claimsOf = (tenant: string, conversation: string, invitation: string) => ({
  tenant,
  conversation,
  iss: 'urn:parley:invitations',
  aud: 'urn:parley:invitations:redeem',
  jti: invitation,
  iat: Math.floor(Date.UTC(2026, 10, 21, 9, 30) / 1_000),
  exp: Math.floor(Date.UTC(2026, 10, 21, 9, 30) / 1_000) + 24 * 365 * 74 * HOUR,
});

/** A token signed without the code under test. */
export function signToken(
  claims: object,
  { header = {}, keys = keysOfSecret() }: { header?: object; keys?: ReturnType<typeof keysOfSecret> } = {},
): string {
  const signed = `${encode({ alg: 'EdDSA', typ: 'parley-invitation+jwt', kid: keys.kid, ...header })}.${encode(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), keys.privateKey).toString('base64url')}`;
}
