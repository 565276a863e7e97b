import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

/** A key pair with the public half as an issuer shows it. */
export interface IssuerKey {
  readonly alg: 'ES256' | 'RS256';
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function makeKey(alg: 'ES256' | 'RS256', kid: string): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

type Answer = { readonly status: number; readonly json?: unknown; readonly text?: string };

/** An OpenID Connect issuer over HTTP whose every answer a test can change. */
export class TestIssuer {
  readonly #server: Server;
  readonly answers = new Map<string, Answer>();
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  url = '';

  constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '';
      this.asked.push(path);
      const { status, json, text } = this.answers.get(path) ?? { status: 404, text: 'not found' };
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(text ?? JSON.stringify(json));
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Answers as a healthy issuer with these keys. */
  serve(...keys: readonly IssuerKey[]): void {
    this.asked.length = 0;
    this.answers.clear();
    this.answers.set('/.well-known/openid-configuration', {
      status: 200,
      json: { issuer: this.url, jwks_uri: `${this.url}/keys` },
    });
    this.answers.set('/keys', { status: 200, json: { keys: keys.map(({ publicJwk }) => publicJwk) } });
  }

  /** Answers 503 to everything. */
  fail(): void {
    for (const path of this.answers.keys()) this.answers.set(path, { status: 503, text: 'down' });
  }
}

/** What a test changes in a token that would be good. */
export interface TokenParts {
  readonly payload?: JWTPayload;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Claims to leave out. */
  readonly without?: readonly string[];
}

/** A token of the issuer that is good unless `parts` say otherwise. */
export async function tokenOf(issuer: string, key: IssuerKey, parts: TokenParts = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const payload: JWTPayload = {
    iss: issuer,
    aud: 'parley',
    sub: 'ada',
    tenant: 'acme',
    roles: ['admin'],
    iat: now,
    exp: now + 600,
    ...parts.payload,
  };
  for (const name of parts.without ?? []) delete payload[name];
  const { crit, ...header } = { alg: key.alg, kid: key.kid, typ: 'at+jwt', ...parts.header } as { crit?: string[] };
  const jwt = new SignJWT(payload).setProtectedHeader({ ...header, ...(crit ? { crit } : {}) } as never);
  return jwt.sign(key.privateKey, crit ? { crit: Object.fromEntries(crit.map((name) => [name, true])) } : undefined);
}
