import { createRemoteJWKSet, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { request, signIn, someTenant, stack } from '#test/support/deployed.ts';

it('somebody comes in by a link, is reported for what they say, and a moderator deletes it and bans them', async () => {
  const tenant = someTenant();
  const [ada, eve, mia] = await Promise.all([
    signIn({ tenant, user: 'ada' }),
    signIn({ tenant, user: 'eve' }),
    signIn({ tenant, user: 'mia', roles: ['admin'] }),
  ]);
  const group = await ada.post('/conversations', { type: 'group', name: 'Engines' });
  const { id } = group.body;
  const made = await ada.post(`/conversations/${id}/invitations`, { kind: 'link', maxUses: 1 });
  expect(made.status).toBe(201);
  const { token } = made.body;

  expect((await request('GET', '/.well-known/jwks.json')).status).toBe(200);
  const keys = createRemoteJWKSet(new URL(`${stack.restUrl}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(token, keys, { typ: 'parley-invitation+jwt' });
  expect(payload).toMatchObject({ tenant, conversation: id });

  expect((await eve.post('/invitations/preview', { token })).body).toMatchObject({ conversation: { name: 'Engines' } });
  expect((await eve.post('/invitations/redeem', { token })).body).toMatchObject({ conversationId: id, role: 'member' });
  const uses = await ada.get(`/conversations/${id}/invitations/${made.body.invitation.id}/uses`);
  expect(uses.body.items).toMatchObject([{ userId: 'eve' }]);
  // A token that lets people in opens nothing else.
  expect((await request('GET', '/conversations', { token })).status).toBe(401);

  const sent = await eve.post(`/conversations/${id}/messages`, { body: { type: 'text', text: 'Buy looms.' } });
  const message = sent.body.id;
  expect((await ada.post(`/messages/${message}/reports`, { reason: 'spam' })).status).toBe(201);
  const [report] = (await mia.get('/moderation/reports')).body.items;
  expect((await mia.post(`/moderation/reports/${report.id}/claim`, {})).status).toBe(200);
  const resolved = await mia.post(`/moderation/reports/${report.id}/resolve`, { outcome: 'both' });
  expect(resolved.body).toMatchObject({ state: 'resolved' });
  expect((await ada.get(`/messages/${message}`)).body.body).toEqual({ type: 'deleted' });
  expect((await eve.get(`/conversations/${id}`)).status).toBe(404);
  expect((await eve.post('/invitations/redeem', { token })).body.code).toBe('invitation.used_up');
  expect((await mia.get('/audit')).body.items).toHaveLength(4);
});
