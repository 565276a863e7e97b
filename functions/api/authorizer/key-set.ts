import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';

/** The issuer does not say which keys are its own: nobody's token can be judged, good or bad. */
export class IssuerUnavailable extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'IssuerUnavailable';
  }
}

/** Milliseconds that one request to the issuer may take; API Gateway waits ten seconds for all of us. */
const TIMEOUT = 3_000;
/** Milliseconds between two looks for a key id that is not there. */
const COOLDOWN = 10_000;
/** Milliseconds after which the keys are read again, so that a withdrawn one stops to count. */
const FRESH = 10 * 60_000;
/** Milliseconds that the last good answer stands in for an issuer that does not answer. */
const STALE = 60 * 60_000;

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });
const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

const readJson = async (url: string, signal: AbortSignal): Promise<{ status: number; json: unknown }> => {
  try {
    const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
    return { status: response.status, json: response.ok ? await response.json() : undefined };
  } catch (cause) {
    throw new IssuerUnavailable(`${url} did not answer with JSON`, { cause });
  }
};

/**
 * Where the issuer's keys lie: as its discovery document says (OpenID Connect Discovery 1.0, 4), or below
 * `.well-known/jwks.json` when it has none.
 */
async function keySetUrl(issuer: string): Promise<URL> {
  const base = issuer.replace(/\/$/, '');
  const discovery = `${base}/.well-known/openid-configuration`;
  const { status, json } = await readJson(discovery, AbortSignal.timeout(TIMEOUT));
  if (status === 404) return new URL(`${base}/.well-known/jwks.json`);
  const found = Discovery.safeParse(json);
  if (status !== 200 || !found.success) throw new IssuerUnavailable(`${discovery} answered ${status}`);
  // Discovery 4.3: another issuer's document must not name the keys of this one.
  if (found.data.issuer !== issuer) throw new IssuerUnavailable(`${discovery} speaks of another issuer`);
  const url = new URL(found.data.jwks_uri);
  if (url.protocol !== 'https:' && !issuer.startsWith('http:'))
    throw new IssuerUnavailable(`${discovery} names keys that are not behind https`);
  return url;
}

/** Reads the key set, or what it was when the issuer last answered. */
const keyReader = () => {
  let last: { readonly at: number; readonly keys: unknown } | undefined;
  let silent = false;
  const read = async (url: string, { signal }: { readonly signal: AbortSignal }): Promise<Response> => {
    try {
      const { status, json } = await readJson(url, signal);
      const keys = KeySet.safeParse(json);
      if (status !== 200 || !keys.success) throw new IssuerUnavailable(`${url} answered ${status} without a key set`);
      last = { at: Date.now(), keys: keys.data };
      silent = false;
    } catch (error) {
      if (!last || Date.now() - last.at > STALE) throw error;
      silent = true;
    }
    return Response.json(last.keys);
  };
  return { read, isSilent: () => silent };
};

/**
 * The issuer's keys, found once and kept: read again when they are old or a token names an unknown one (at most every ten
 * seconds, one request at a time). While the issuer does not answer, the last answer holds for an hour.
 */
export function keySetOf(issuer: string): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const reader = keyReader();
  const find = async (): Promise<JWTVerifyGetKey> =>
    createRemoteJWKSet(await keySetUrl(issuer), {
      timeoutDuration: TIMEOUT,
      cooldownDuration: COOLDOWN,
      cacheMaxAge: FRESH,
      [customFetch]: reader.read,
    });
  return async (header, token) => {
    keys ??= find().catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    try {
      return await (await keys)(header, token);
    } catch (error) {
      // The issuer may have a new key that it cannot tell us of just now.
      if (error instanceof errors.JWKSNoMatchingKey && reader.isSilent())
        throw new IssuerUnavailable('an unknown key, and the issuer does not answer', { cause: error });
      throw error;
    }
  };
}
