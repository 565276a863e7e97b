import { importJWK, SignJWT } from 'jose';
import type { Instance } from '../instance.ts';
import { issuerUrl } from './issuer.ts';
import { ALGORITHM, privateKeyOf } from './keys.ts';

/** The audience of every local token. */
export const AUDIENCE = 'parley';

/** Whom a token speaks for. */
export interface TokenSubject {
  readonly tenant: string;
  readonly user: string;
  readonly roles?: readonly string[];
  /** The display name; the user id when absent. */
  readonly displayName?: string;
  /** A lifetime such as `12h` (the default) or `-1m` for one that has expired. */
  readonly expiresIn?: string;
}

/** An access token (`at+jwt`, ES256) of the instance's own issuer. */
export async function mintToken(instance: Instance, subject: TokenSubject): Promise<string> {
  const jwk = await privateKeyOf(instance);
  return new SignJWT({
    tenant: subject.tenant,
    roles: [...(subject.roles ?? [])],
    name: subject.displayName ?? subject.user,
    token_use: 'access',
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: jwk.kid })
    .setIssuer(issuerUrl(instance))
    .setAudience(AUDIENCE)
    .setSubject(subject.user)
    .setIssuedAt(subject.expiresIn?.startsWith('-') ? '-1h' : undefined)
    .setExpirationTime(subject.expiresIn ?? '12h')
    .sign(await importJWK(jwk, ALGORITHM));
}
