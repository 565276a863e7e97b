import { expect, it } from 'vitest';
import { request, signIn, someTenant } from '#test/support/deployed.ts';

it('people have profiles, tenants have rules, and both hold over HTTPS', async () => {
  const tenant = someTenant();
  const [ada, bob] = await Promise.all([
    signIn({ tenant, user: 'ada', roles: ['admin'], displayName: 'Ada Lovelace' }),
    signIn({ tenant, user: 'bob', displayName: 'Zoë 🙂' }),
  ]);
  const me = await bob.get('/users/me');
  expect(me).toMatchObject({ status: 200, body: { id: 'bob', displayName: 'Zoë 🙂', version: 1 } });
  expect(me.headers.get('etag')).toBe('"1"');
  const renamed = await request('PATCH', '/users/me', {
    token: bob.token,
    body: { displayName: 'Bob' },
    headers: { 'if-match': '"1"' },
  });
  expect(renamed).toMatchObject({ status: 200, body: { displayName: 'Bob', version: 2 } });
  expect((await ada.get('/users/bob')).body).toEqual(renamed.body);
  await ada.get('/users/me');
  expect((await bob.get('/users?prefix=a')).body).toMatchObject({ items: [{ displayName: 'Ada Lovelace' }] });

  const limits = { messagesPerMinute: 2, messageBurst: 2 };
  const settings = { token: ada.token, body: { version: 1, limits } };
  expect((await request('PATCH', '/tenant/settings', { ...settings, token: bob.token })).status).toBe(403);
  expect(await request('PATCH', '/tenant/settings', settings)).toMatchObject({
    status: 200,
    body: { version: 2, limits },
  });
  expect((await ada.get('/tenant/settings/history')).body.items).toMatchObject([{ version: 2, changedBy: 'ada' }]);

  const { body: direct } = await ada.post('/conversations', { type: 'direct', participants: ['bob'] });
  const say = (text: string) => bob.post(`/conversations/${direct.id}/messages`, { body: { type: 'text', text } });
  const first = await say('one');
  expect(first.status).toBe(201);
  expect(first.headers.get('ratelimit-limit')).toBe('2');
  expect(first.headers.get('ratelimit-remaining')).toBe('1');
  await say('two');
  const refused = await say('three');
  expect(refused).toMatchObject({ status: 429, body: { code: 'message.rate_limited' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);

  const block = await request('PUT', '/users/me/blocked/bob', { token: ada.token, body: {} });
  expect(block).toMatchObject({ status: 200, body: { userId: 'bob' } });
  expect(await say('four')).toMatchObject({ status: 403, body: { code: 'message.forbidden' } });
  expect((await ada.get('/users/me/blocked')).body.items).toMatchObject([{ userId: 'bob' }]);
  expect((await request('DELETE', '/users/me/blocked/bob', { token: ada.token })).status).toBe(200);
});
