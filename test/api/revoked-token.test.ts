import { describe, expect, it } from 'vitest';
import { key, NOT_JUDGED, strangerKey, UNAUTHORIZED, useAuthorizer } from '#test/support/authorizer.ts';
import { tokenOf } from '#test/support/issuer.ts';
import { useLog } from '#test/support/logged.ts';

const { issuer, judge, revocations, read } = useAuthorizer();
const logged = useLog();
const reason = (): unknown => logged().at(-1)?.['reason'];

describe('a token is judged by when it was issued:', () => {
  it('one from before its user was logged out, to the millisecond; one from after is good', async () => {
    const iat = Math.floor(Date.now() / 1_000) - 100;
    const token = await tokenOf(issuer.url, key, { payload: { iat } });
    expect(await judge(token)).toBe('ada');
    revocations.set('T#acme#U#ada', iat * 1_000);
    expect(await judge(token)).toBe('ada');
    revocations.set('T#acme#U#ada', iat * 1_000 + 1);
    expect(await judge(token)).toBe(UNAUTHORIZED);
    expect(reason()).toBe('revoked');
    expect(await judge(await tokenOf(issuer.url, key, { payload: { iat: iat + 1 } }))).toBe('ada');
    expect(await judge(await tokenOf(issuer.url, key, { without: ['iat'] }))).toBe(UNAUTHORIZED);
  });

  it('one of another tenant’s user of the same name, when that one was logged out, is good still', async () => {
    revocations.set('T#globex#U#ada', Date.now() + 60_000);
    expect(await judge(await tokenOf(issuer.url, key))).toBe('ada');
    expect(read).toEqual(['T#acme#U#ada']);
  });

  it('none because the table does not answer, and none without asking it', async () => {
    revocations.set('T#acme#U#ada', Object.assign(new Error('down'), { name: 'ValidationException' }));
    expect(await judge(await tokenOf(issuer.url, key))).toBe(NOT_JUDGED);
    expect(await judge(await tokenOf(issuer.url, strangerKey))).toBe(UNAUTHORIZED);
    expect(read).toEqual(['T#acme#U#ada']);
  });
});
