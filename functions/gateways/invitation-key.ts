import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { signingKey } from './signing-key.ts';

/** A PKCS #8 document of an Ed25519 key up to its 32 bytes (RFC 8410, 7 and 10.3). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key pair that invitations are signed with. `kid` is the public key's thumbprint (RFC 7638). */
export interface InvitationKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The public key's only coordinate, as a JSON Web Key writes it (RFC 8037). */
  readonly x: string;
}

/** The Ed25519 key pair (RFC 8032: any 32 bytes are a private key) of a seed. */
export async function keyPairOf(seed: Buffer): Promise<InvitationKey> {
  if (seed.length !== 32) throw new Error('an Ed25519 key is made from 32 bytes');
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const { x } = publicKey.export({ format: 'jwk' });
  if (x === undefined) throw new Error('the public key has no coordinate');
  return { kid: await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x }), privateKey, publicKey, x };
}

let known: { readonly seed: string; readonly key: Promise<InvitationKey> } | undefined;

/** The service's key pair for invitations, derived from its secret: the same in every function and after every start. */
export async function invitationKey(): Promise<InvitationKey> {
  const seed = await signingKey('invitation');
  const text = seed.toString('base64url');
  if (known?.seed !== text) known = { seed: text, key: keyPairOf(seed) };
  return known.key;
}
