import { createHmac, sign } from 'node:crypto';
import fc from 'fast-check';
import { type CryptoKey, exportPKCS8, exportSPKI, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { API, key, rsaKey, strangerKey, UNAUTHORIZED, useAuthorizer } from '#test/support/authorizer.ts';
import { tokenOf } from '#test/support/issuer.ts';
import { useLog } from '#test/support/logged.ts';

const { issuer, ask, judge } = useAuthorizer();
const logged = useLog();
const reason = (): unknown => logged().at(-1)?.['reason'];

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const in10Minutes = (): number => Math.floor(Date.now() / 1_000) + 600;
const claims = () => ({ iss: issuer.url, aud: 'parley', sub: 'ada', tenant: 'acme', exp: in10Minutes() });

describe('a good token', () => {
  it('opens the whole API to its bearer, for as long as the gateway keeps the answer', async () => {
    expect(await ask(`Bearer ${await tokenOf(issuer.url, key)}`)).toEqual({
      principalId: 'ada',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: `${API}/*` }],
      },
      context: {
        tenantId: 'acme',
        userId: 'ada',
        roles: 'user,admin',
        tokenIssuedAt: expect.stringMatching(/^[0-9]{10}$/),
        tokenExpiresAt: expect.stringMatching(/^[0-9]{10}$/),
      },
    });
  });

  it('may be signed with RS256 and come under any spelling of header and scheme', async () => {
    const token = await tokenOf(issuer.url, rsaKey);
    expect((await ask(`bearer ${token}`, 'authorization')).principalId).toBe('ada');
  });

  it.each([
    ['a list', ['admin', 'janitor'], 'user,admin'],
    ['a text', 'janitor admin', 'user,admin'],
    ['nothing known', ['janitor'], 'user'],
    ['neither', 7, 'user'],
  ])('gives the roles it names as %s, and to everybody `user`', async (_, roles, expected) => {
    const token = await tokenOf(issuer.url, key, { payload: { roles } });
    expect((await ask(`Bearer ${token}`)).context?.['roles']).toBe(expected);
  });

  it('says when it was issued and until when it is good; without the first it is from 1970', async () => {
    const said = async (payload: object, without: string[] = []) => {
      const { context } = await ask(`Bearer ${await tokenOf(issuer.url, key, { payload: { ...payload }, without })}`);
      return [context?.['tokenIssuedAt'], context?.['tokenExpiresAt']];
    };
    const exp = in10Minutes();
    expect(await said({ iat: exp - 700, exp })).toEqual([String(exp - 700), String(exp)]);
    expect(await said({ exp }, ['iat'])).toEqual(['0', String(exp)]);
  });

  it('carries the name to show, where it is one', async () => {
    for (const [name, expected] of [
      [' Ada Lovelace ', 'Ada Lovelace'],
      ['', undefined],
      ['x'.repeat(101), undefined],
      [7, undefined],
    ] as const) {
      const token = await tokenOf(issuer.url, key, { payload: { name } });
      expect((await ask(`Bearer ${token}`)).context?.['name']).toBe(expected);
    }
  });

  it('carries its claims under the names that were configured, nested or with dots in them', async () => {
    process.env[ENV.claims] = JSON.stringify({
      user: 'https://acme.example/user',
      tenant: 'org.id',
      roles: 'cognito:groups',
    });
    const token = await tokenOf(issuer.url, key, {
      payload: { 'https://acme.example/user': 'grace', org: { id: 'globex' }, 'cognito:groups': ['admin'] },
    });
    expect((await ask(`Bearer ${token}`)).context).toMatchObject({
      tenantId: 'globex',
      userId: 'grace',
      roles: 'user,admin',
    });
  });

  it('of Amazon Cognito has neither type nor audience, but says what it is for and whose it is', async () => {
    const cognito = (payload: object) =>
      tokenOf(issuer.url, key, { payload: { ...payload }, without: ['aud'], header: { typ: undefined } });
    expect(await judge(await cognito({ token_use: 'access', client_id: 'parley' }))).toBe('ada');
    expect(await judge(await cognito({ token_use: 'access', client_id: 'other' }))).toBe(UNAUTHORIZED);
    expect(await judge(await cognito({ client_id: 'parley' }))).toBe(UNAUTHORIZED);
    expect(await judge(await cognito({ token_use: 'access' }))).toBe(UNAUTHORIZED);
  });

  it('may have the audience among several, and clocks that differ by a minute', async () => {
    const now = Math.floor(Date.now() / 1_000);
    expect(await judge(await tokenOf(issuer.url, key, { payload: { aud: ['other', 'parley'] } }))).toBe('ada');
    expect(await judge(await tokenOf(issuer.url, key, { payload: { exp: now - 55 } }))).toBe('ada');
    expect(await judge(await tokenOf(issuer.url, key, { payload: { nbf: now + 55 } }))).toBe('ada');
  });
});

describe('401, with nothing but that, answers', () => {
  it.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['another scheme', 'Basic YWRhOmFkYQ=='],
    ['no token', 'Bearer '],
    ['two tokens', 'Bearer a.b.c d.e.f'],
  ])('%s', async (_, authorization) => {
    await expect(ask(authorization)).rejects.toThrow(/^Unauthorized$/);
    expect(issuer.asked).toEqual([]);
  });

  it.each([
    ['of another issuer', { payload: { iss: 'https://issuer.example' } }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['without an issuer', { without: ['iss'] }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['for another audience', { payload: { aud: 'other' } }, 'audience'],
    ['for no audience', { without: ['aud'] }, 'audience'],
    ['that never expires', { without: ['exp'] }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    [
      'with an expiry that is no time',
      { payload: { exp: '2099-01-01' as unknown as number } },
      'ERR_JWT_CLAIM_VALIDATION_FAILED',
    ],
    ['of an unknown type', { header: { typ: 'logout+jwt' } }, 'type'],
    ['without a type', { header: { typ: undefined } }, 'type'],
    ['that is an ID token', { payload: { token_use: 'id' }, header: { typ: 'JWT' } }, 'type'],
    ['with an unknown critical extension', { header: { crit: ['exotic'], exotic: 1 } }, 'ERR_JOSE_NOT_SUPPORTED'],
    ['of an unknown key', { header: { kid: 'unknown' } }, 'ERR_JWKS_NO_MATCHING_KEY'],
    ['without a tenant', { without: ['tenant'] }, 'tenant'],
    ['with a tenant that would leave its key', { payload: { tenant: 'acme#U#bob' } }, 'tenant'],
    ['with a list as tenant', { payload: { tenant: ['acme'] } }, 'tenant'],
    ['with an empty user', { payload: { sub: '' } }, 'user'],
    ['with a user that would leave its key', { payload: { sub: 'ada#CONNS' } }, 'user'],
  ])('a token %s', async (_, parts, expected) => {
    expect(await judge(await tokenOf(issuer.url, key, parts))).toBe(UNAUTHORIZED);
    expect(reason()).toBe(expected);
  });

  it('one that has expired, or is not good yet', async () => {
    const now = Math.floor(Date.now() / 1_000);
    expect(await judge(await tokenOf(issuer.url, key, { payload: { exp: now - 65 } }))).toBe(UNAUTHORIZED);
    expect(reason()).toBe('ERR_JWT_EXPIRED');
    expect(await judge(await tokenOf(issuer.url, key, { payload: { nbf: now + 65 } }))).toBe(UNAUTHORIZED);
  });

  it('one signed with another key under the name of a good one', async () => {
    expect(await judge(await tokenOf(issuer.url, strangerKey))).toBe(UNAUTHORIZED);
    expect(reason()).toBe('ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
  });

  it('one that brings its own key along', async () => {
    for (const header of [
      { jwk: strangerKey.publicJwk },
      { jku: `${issuer.url}/stranger` },
      { x5u: `${issuer.url}/stranger` },
      { x5c: ['MIIB'], kid: 'stranger' },
    ])
      expect(await judge(await tokenOf(issuer.url, strangerKey, { header }))).toBe(UNAUTHORIZED);
    expect(issuer.asked).not.toContain('/stranger');
  });

  it('one that is not signed', async () => {
    for (const alg of ['none', 'None', 'NONE', undefined])
      for (const signature of ['', 'AAAA'])
        expect(
          await judge(`${base64url({ alg, typ: 'at+jwt', kid: key.kid })}.${base64url(claims())}.${signature}`),
        ).toBe(UNAUTHORIZED);
  });

  it('one whose HMAC was made with a public key', async () => {
    const body = `${base64url({ alg: 'HS256', typ: 'at+jwt', kid: rsaKey.kid })}.${base64url(claims())}`;
    const pem = await exportSPKI((await importJWK(rsaKey.publicJwk, 'RS256')) as CryptoKey);
    for (const secret of [pem, pem.trim(), JSON.stringify(rsaKey.publicJwk)])
      expect(await judge(`${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`)).toBe(
        UNAUTHORIZED,
      );
  });

  it('one signed well, by the right key, with an algorithm that is not ours', async () => {
    // The key set says nothing of algorithms, so that only ours stand in the way.
    const { alg: _, ...publicJwk } = rsaKey.publicJwk;
    issuer.answers.set('/keys', { status: 200, json: { keys: [publicJwk] } });
    const token = async (alg: string) => {
      const body = `${base64url({ alg, typ: 'at+jwt', kid: rsaKey.kid })}.${base64url(claims())}`;
      const hash = alg.replace('RS', 'sha');
      const pem = await exportPKCS8(rsaKey.privateKey);
      return `${body}.${sign(hash, Buffer.from(body), pem).toString('base64url')}`;
    };
    expect(await judge(await token('RS256'))).toBe('ada');
    expect(await judge(await token('RS512'))).toBe(UNAUTHORIZED);
    expect(reason()).toBe('ERR_JOSE_ALG_NOT_ALLOWED');
  });

  it('one of more than 8 KB, unread', async () => {
    const token = await tokenOf(issuer.url, key, { payload: { much: 'x'.repeat(8_000) } });
    expect(await judge(token)).toBe(UNAUTHORIZED);
    expect(reason()).toBe('too_large');
    expect(issuer.asked).toEqual([]);
  });

  it('any other text, never a 500', async () => {
    const good = await tokenOf(issuer.url, key);
    await judge(good);
    const part = fc.oneof(
      fc.base64String(),
      fc.constantFrom(...good.split('.')),
      fc.json().map((text) => base64url(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
        const text = parts.join('.');
        fc.pre(text !== good);
        expect(await judge(text)).toBe(UNAUTHORIZED);
      }),
    );
  });

  it('and no token ever shows in a log', async () => {
    const good = await tokenOf(issuer.url, key);
    const bad = await tokenOf(issuer.url, strangerKey);
    await judge(good);
    await judge(bad);
    const lines = JSON.stringify(logged());
    expect(lines).toContain('token.accepted');
    expect(lines).toContain('token.refused');
    for (const token of [good, bad]) for (const part of token.split('.').slice(1)) expect(lines).not.toContain(part);
  });
});
