import { describe, expect, it } from 'vitest';
import { callerOf } from '#runtime/caller.ts';

describe('callerOf', () => {
  it('reads what the authorizer put into the context', () => {
    expect(callerOf({ tenantId: 'acme', userId: 'ada', roles: 'user,admin' })).toEqual({
      tenant: 'T#acme',
      userId: 'ada',
      roles: ['user', 'admin'],
    });
  });

  it('reads when the token was issued and expires, and passes over what is no time', () => {
    const context = { tenantId: 'acme', userId: 'ada', roles: '' };
    expect(callerOf({ ...context, tokenIssuedAt: '1795253000', tokenExpiresAt: '1795256600' })).toMatchObject({
      tokenIssuedAt: 1_795_253_000,
      tokenExpiresAt: 1_795_256_600,
    });
    for (const tokenIssuedAt of ['', 'soon', '-1', '1e3', 7])
      expect(callerOf({ ...context, tokenIssuedAt })).not.toHaveProperty('tokenIssuedAt');
  });

  it.each([
    ['no context', undefined],
    ['an empty context', null],
    ['no tenant', { userId: 'ada', roles: 'user' }],
    ['an empty tenant', { tenantId: '', userId: 'ada', roles: 'user' }],
    ['no user', { tenantId: 'acme', roles: 'user' }],
    ['an empty user', { tenantId: 'acme', userId: '', roles: 'user' }],
    ['a tenant that is not text', { tenantId: ['acme'], userId: 'ada', roles: 'user' }],
    ['a user that is not text', { tenantId: 'acme', userId: 1, roles: 'user' }],
  ])('fails closed on %s', (_, context) => {
    expect(() => callerOf(context)).toThrow('without an authorizer context');
  });

  it.each([
    [undefined, []],
    ['', []],
    ['root', []],
    ['administrator', []],
    ['ADMIN', []],
    ['user admin', []],
    ['admin,root', ['admin']],
  ])('takes from the roles %j only those it knows: %j', (roles, known) => {
    expect(callerOf({ tenantId: 'acme', userId: 'ada', roles }).roles).toEqual(known);
  });
});
