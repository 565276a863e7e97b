import '../support/aws-env.ts';
import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { answeredAs } from '#domain/download.ts';
import { type CdnKey, fingerprintOf, keyToSignWith, signedForCdn } from '#gateways/cdn-url.ts';
import { downloadUrl } from '#gateways/download-url.ts';
import { stubService } from '#test/support/aws-stub.ts';

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [old, current, next] = [pair(), pair(), pair()];
const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const keyOf = ({ privateKey }: ReturnType<typeof pair>, id = 'K2JCJMDEHXQW5F'): CdnKey => ({ id, privateKey });

/**
 * Why CloudFront refuses an address at `at` (epoch seconds), as its documentation tells: it writes the policy anew from the
 * address without the last four parameters, and looks for the key in its key group.
 */
function whyRefused(address: string, group: Readonly<Record<string, KeyObject>>, at: number): string | undefined {
  const parts = /^(.*)[?&]Expires=([0-9]+)&Signature=([A-Za-z0-9~_-]+)&Key-Pair-Id=([A-Z0-9]+)&Hash-Algorithm=SHA256$/;
  const [, url, expires, signature = '', id = ''] = parts.exec(address) ?? [];
  const key = group[id];
  if (!key) return 'unknown key';
  const policy = `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;
  const bytes = Buffer.from(
    signature.replace(/[-_~]/g, (char) => ({ '-': '+', _: '=', '~': '/' })[char]!),
    'base64',
  );
  if (!verify('sha256', Buffer.from(policy), key, bytes)) return 'signature';
  return at >= Number(expires) ? 'expired' : undefined;
}

const URL_ =
  'https://d111111abcdef8.cloudfront.net/acme/med_AZqYt2a0cK6fPpQ1mWk3Zg/v/display?response-content-type=image%2Fwebp&d=1.x';
const group = { K2JCJMDEHXQW5F: current.publicKey };

describe('an address of the CDN', () => {
  it('is good until its time, for whoever has it, and the same every time', () => {
    const address = signedForCdn(URL_, 1_795_000_300, keyOf(current));
    expect(address.startsWith(`${URL_}&Expires=1795000300&Signature=`)).toBe(true);
    expect(whyRefused(address, group, 1_795_000_299)).toBeUndefined();
    expect(whyRefused(address, group, 1_795_000_300)).toBe('expired');
    expect(signedForCdn(URL_, 1_795_000_300, keyOf(current))).toBe(address);
  });

  it('cannot be bent anywhere', () => {
    const address = signedForCdn(URL_, 1_795_000_300, keyOf(current));
    for (const [from, to] of [
      ['display', 'original'],
      ['acme', 'globex'],
      ['image%2Fwebp', 'text%2Fhtml'],
      ['d=1.x', 'd=1.y'],
      ['&d=1.x', ''],
      ['Expires=1795000300', 'Expires=1795999999'],
      ['https://d1', 'https://d2'],
      ['?response', '?x=1&response'],
    ] as const)
      expect(whyRefused(address.replace(from, to), group, 1_795_000_000), from).toBe('signature');
    fc.assert(
      fc.property(fc.nat({ max: address.length - 1 }), fc.constantFrom('A', 'b', '0', '~', '-'), (place, char) => {
        // The end of a signature has bits that nothing is made of.
        fc.pre(address[place] !== char && Math.abs(place - address.indexOf('&Key-Pair-Id')) > 3);
        const bent = address.slice(0, place) + char + address.slice(place + 1);
        expect(whyRefused(bent, group, 1_795_000_000)).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });

  it('of a key that is not in the group is refused, and of both that are is not', () => {
    const both = { KOLD: old.publicKey, KNEW: current.publicKey };
    for (const key of [keyOf(old, 'KOLD'), keyOf(current, 'KNEW')])
      expect(whyRefused(signedForCdn(URL_, 2_000_000_000, key), both, 1_795_000_000)).toBeUndefined();
    expect(whyRefused(signedForCdn(URL_, 2_000_000_000, keyOf(next, 'KNEXT')), both, 1)).toBe('unknown key');
    expect(whyRefused(signedForCdn(URL_, 2_000_000_000, keyOf(next, 'KNEW')), both, 1)).toBe('signature');
  });
});

describe('the key to sign with', () => {
  const deployed = (...keys: ReturnType<typeof pair>[]) =>
    Object.fromEntries(keys.map(({ publicKey }, index) => [fingerprintOf(publicKey), `K${index}`]));

  it('is the newest that is deployed: one that was only made is passed over', () => {
    const pems = [pemOf(next.privateKey), pemOf(current.privateKey), pemOf(old.privateKey)];
    expect(keyToSignWith(pems, deployed(old, current)).id).toBe('K1');
    expect(keyToSignWith(pems, deployed(current, next)).id).toBe('K1');
    expect(keyToSignWith(pems, deployed(old)).id).toBe('K0');
    expect(() => keyToSignWith(pems.slice(1), deployed(next))).toThrow('no private key');
  });

  it('has the same fingerprint on both halves, and no two have the same', () => {
    expect(fingerprintOf(current.privateKey)).toBe(fingerprintOf(current.publicKey));
    expect(fingerprintOf(current.publicKey)).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprintOf(old.publicKey)).not.toBe(fingerprintOf(current.publicKey));
  });
});

describe('a download from the CDN', () => {
  const secrets = stubService('secretsmanager');
  const download = {
    key: 'acme/med_AZqYt2a0cK6fPpQ1mWk3Zg/0123456789abcdef/original',
    answered: answeredAs({ name: 'original', contentType: 'text/html' }, 'a*b & Grüße+.html'),
    from: 1_795_000_000_500,
    seconds: 300,
    mark: '1795000000500.AAAAAAAAAAAA',
  };
  beforeEach(() => {
    secrets.reset();
    process.env[ENV.mediaCdn] = JSON.stringify({
      url: 'https://d111111abcdef8.cloudfront.net',
      secret: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:media-key',
      keys: { [fingerprintOf(current.publicKey)]: 'K2JCJMDEHXQW5F' },
    });
  });

  it('asks for the secret again when it could not be read', async () => {
    secrets.on(GetSecretValueCommand).resolves({ SecretString: '{}' });
    await expect(downloadUrl(download)).rejects.toThrow();
    secrets.reset();
    const SecretString = JSON.stringify({ privateKeys: [pemOf(current.privateKey)] });
    secrets.on(GetSecretValueCommand).resolves({ SecretString });
    expect(await downloadUrl(download)).toContain('Key-Pair-Id=K2JCJMDEHXQW5F');
  });

  it('is signed with the key in the secret, with how it is answered and its mark', async () => {
    const SecretString = JSON.stringify({ privateKeys: [pemOf(next.privateKey), pemOf(current.privateKey)] });
    secrets.on(GetSecretValueCommand).resolves({ SecretString });
    const address = await downloadUrl(download);
    expect(whyRefused(address, group, 1_795_000_299)).toBeUndefined();
    expect(address).not.toMatch(/[*+ ]/);
    const url = new URL(address);
    expect(url.pathname).toBe(`/${download.key}`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      'response-content-type': 'application/octet-stream',
      'response-content-disposition': `attachment; filename="a_b _ Gru_e+.html"; filename*=UTF-8''a%2Ab%20%26%20Gr%C3%BC%C3%9Fe%2B.html`,
      d: download.mark,
      Expires: '1795000300',
    });
    expect(await downloadUrl(download)).toBe(address);
    // It was read for the address before this one.
    expect(secrets.commandCalls(GetSecretValueCommand)).toHaveLength(0);
  });
});
