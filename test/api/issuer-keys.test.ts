import { describe, expect, it, vi } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { key, NOT_JUDGED, rsaKey, UNAUTHORIZED, useAuthorizer } from '#test/support/authorizer.ts';
import { makeKey, tokenOf } from '#test/support/issuer.ts';
import { useLog } from '#test/support/logged.ts';

const { issuer, judge } = useAuthorizer();
const logged = useLog();

describe('the issuer’s keys', () => {
  it('are asked for once', async () => {
    const token = await tokenOf(issuer.url, key);
    await Promise.all([judge(token), judge(token), judge(token)]);
    await judge(await tokenOf(issuer.url, rsaKey));
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('lie below .well-known when there is no discovery document', async () => {
    issuer.answers.set('/.well-known/jwks.json', issuer.answers.get('/keys')!);
    issuer.answers.delete('/.well-known/openid-configuration');
    expect(await judge(await tokenOf(issuer.url, key))).toBe('ada');
  });

  it('are looked for again, though not at every turn, when a token names a new one', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await judge(await tokenOf(issuer.url, key));
    const next = await makeKey('ES256', 'next');
    issuer.answers.set('/keys', { status: 200, json: { keys: [key.publicJwk, next.publicJwk] } });
    for (let turn = 0; turn < 5; turn++) expect(await judge(await tokenOf(issuer.url, next))).toBe(UNAUTHORIZED);
    expect(issuer.asked.filter((path) => path === '/keys')).toHaveLength(1);
    vi.setSystemTime(Date.now() + 10_001);
    expect(await judge(await tokenOf(issuer.url, next))).toBe('ada');
    expect(issuer.asked.filter((path) => path === '/keys')).toHaveLength(2);
  });

  it('stop to count when they are withdrawn', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    expect(await judge(await tokenOf(issuer.url, key))).toBe('ada');
    issuer.serve(rsaKey);
    vi.setSystemTime(Date.now() + 10 * 60_000 + 1);
    expect(await judge(await tokenOf(issuer.url, key))).toBe(UNAUTHORIZED);
  });

  it.each([
    ['no key set', { status: 200, json: { error: 'sorry' } }],
    ['no JSON', { status: 200, text: '<html>' }],
    ['an error', { status: 500, json: { keys: [] } }],
  ])('hold while the issuer answers with %s', async (_, answer) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await judge(await tokenOf(issuer.url, key));
    issuer.answers.set('/keys', answer);
    vi.setSystemTime(Date.now() + 11 * 60_000);
    expect(await judge(await tokenOf(issuer.url, key))).toBe('ada');
    expect(issuer.asked.filter((path) => path === '/keys')).toHaveLength(2);
  });

  it('hold for an hour while the issuer is down, and no longer', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await judge(await tokenOf(issuer.url, key));
    issuer.fail();
    vi.setSystemTime(Date.now() + 59 * 60_000);
    expect(await judge(await tokenOf(issuer.url, key))).toBe('ada');
    vi.setSystemTime(Date.now() + 11 * 60_000);
    expect(await judge(await tokenOf(issuer.url, key))).toBe(NOT_JUDGED);
  });
});

describe('500, not 401, answers while', () => {
  const outages: [string, () => void][] = [
    ['the issuer is down', () => issuer.fail()],
    ['its key set is no key set', () => issuer.answers.set('/keys', { status: 200, json: { error: 'sorry' } })],
    ['its key set is no JSON', () => issuer.answers.set('/keys', { status: 200, text: '<html>' })],
    ['its key set is missing', () => issuer.answers.delete('/keys')],
    [
      'its document speaks of another issuer',
      () =>
        issuer.answers.set('/.well-known/openid-configuration', {
          status: 200,
          json: { issuer: 'https://other.example', jwks_uri: `${issuer.url}/keys` },
        }),
    ],
    [
      'it is not configured',
      () => {
        process.env[ENV.claims] = 'x';
      },
    ],
  ];
  it.each(outages)('%s', async (_, happen) => {
    happen();
    expect(await judge(await tokenOf(issuer.url, key))).toBe(NOT_JUDGED);
    expect(logged().at(-1)).toMatchObject({ level: 'error', event: 'token.not_judged' });
  });

  it('a token names an unknown key and the issuer does not answer', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await judge(await tokenOf(issuer.url, key));
    issuer.fail();
    vi.setSystemTime(Date.now() + 10_001);
    const next = await makeKey('ES256', 'next');
    expect(await judge(await tokenOf(issuer.url, next))).toBe(NOT_JUDGED);
    expect(await judge(await tokenOf(issuer.url, key))).toBe('ada');
  });

  it('and it is asked again by the next request', async () => {
    issuer.fail();
    await judge(await tokenOf(issuer.url, key));
    issuer.serve(key);
    expect(await judge(await tokenOf(issuer.url, key))).toBe('ada');
  });
});

it('takes keys behind plain http from no issuer that is itself behind https', async () => {
  const { keySetOf } = await import('#functions/api/authorizer/key-set.ts');
  const fetched = vi
    .spyOn(globalThis, 'fetch')
    .mockResolvedValue(Response.json({ issuer: 'https://issuer.example', jwks_uri: 'http://issuer.example/keys' }));
  await expect(keySetOf('https://issuer.example')({ alg: 'ES256' }, {} as never)).rejects.toThrow(/https/);
  expect(fetched).toHaveBeenCalledTimes(1);
  fetched.mockRestore();
});
