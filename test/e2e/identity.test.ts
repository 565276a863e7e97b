import { generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { AUDIENCE, mintToken } from '#local/issuer/tokens.ts';
import { instance, request, signIn, someTenant, stack } from '#test/support/deployed.ts';

const tenant = someTenant();
const me = (token?: string) => request('GET', '/conversations', token === undefined ? {} : { token });

describe('identity', () => {
  it('lets in whom the issuer vouches for', async () => {
    const { get } = await signIn({ tenant, user: 'ada' });
    expect((await get('/conversations')).status).toBe(200);
  });

  it('turns everybody else away with the same 401', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const forged = (issuer: string, audience: string) =>
      new SignJWT({ tenant, roles: [], token_use: 'access' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'forged' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('ada')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
    const good = await mintToken(instance, { tenant, user: 'ada' });
    const [, payload = '', signature = ''] = good.split('.');
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    const tokens: Record<string, string | undefined> = {
      'no token': undefined,
      'no JWT': 'nonsense',
      expired: await mintToken(instance, { tenant, user: 'ada', expiresIn: '-10m' }),
      'a forged signature': await forged(stack.issuer, AUDIENCE),
      'another issuer': await forged('https://issuer.example', AUDIENCE),
      'alg none': `${none}.${payload}.`,
      'alg none with a signature': `${none}.${payload}.${signature}`,
      'a tenant that is no tenant': await mintToken(instance, { tenant: 'acme#C', user: 'ada' }),
      'a user that is no user': await mintToken(instance, { tenant, user: 'ada#bob' }),
    };
    for (const [name, token] of Object.entries(tokens)) {
      const { status, body } = await me(token);
      expect({ name, status, code: body.code }).toEqual({ name, status: 401, code: 'caller.unauthenticated' });
    }
  });

  it('answers operators only where it says so', async () => {
    const user = await signIn({ tenant, user: 'ada' });
    const admin = await signIn({ tenant, user: 'root', roles: ['admin'] });
    expect(await user.get('/health/ready')).toMatchObject({ status: 403, body: { code: 'caller.forbidden' } });
    const ready = await admin.get('/health/ready');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(ready.body.parts.map(({ name, status }: { name: string; status: string }) => `${name} ${status}`)).toEqual([
      'table ok',
      'stragglers ok',
      'search ok',
      'quarantine ok',
      'clean ok',
    ]);
    expect(await request('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});
