import { createRemoteJWKSet, jwtVerify } from 'jose';
import { beforeEach, expect, it } from 'vitest';
import { listen, request, signIn, someTenant, stack, type User } from '#test/support/deployed.ts';

let ada: User;
let bob: User;
let cleo: User;
let group: string;

beforeEach(async () => {
  const tenant = someTenant();
  ada = await signIn({ tenant, user: 'ada' });
  bob = await signIn({ tenant, user: 'bob' });
  cleo = await signIn({ tenant, user: 'cleo' });
  group = (await ada.post('/conversations', { type: 'group', name: 'Looms', participants: [] })).body.id;
});

it('a link lets in as many as it says, can be verified by anybody, and stops when it is withdrawn', async () => {
  const made = await ada.post(`/conversations/${group}/invitations`, { kind: 'link', maxUses: 1 });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const { token, invitation } = made.body;
  const keys = createRemoteJWKSet(new URL(`${stack.restUrl}/.well-known/jwks.json`));
  expect((await jwtVerify(token, keys)).payload.exp).toBe(Math.ceil(Date.parse(invitation.expiresAt) / 1_000));

  const listener = await listen(ada);
  expect((await bob.post('/invitations/preview', { token })).body.conversation).toMatchObject({
    id: group,
    memberCount: 1,
  });
  expect(await bob.post('/invitations/redeem', { token })).toMatchObject({ status: 200, body: { role: 'member' } });
  expect((await bob.post('/invitations/redeem', { token })).status).toBe(200);
  await listener.hear((event) => event.type === 'participant:added' && event.userIds.includes('bob'));
  await listener.close();
  expect((await cleo.post('/invitations/redeem', { token })).body.code).toBe('invitation.used_up');
  const [head, payload, signature] = token.split('.');
  const forged = [head, payload, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.');
  expect((await cleo.post('/invitations/redeem', { token: forged })).body.code).toBe('invitation.invalid');
  const stranger = await signIn({ tenant: someTenant(), user: 'cleo' });
  expect((await stranger.post('/invitations/redeem', { token })).body.code).toBe('invitation.foreign');

  const other = (await ada.post(`/conversations/${group}/invitations`, { kind: 'link' })).body;
  const address = `/conversations/${group}/invitations/${other.invitation.id}`;
  expect((await request('DELETE', address, { token: ada.token })).body.state).toBe('revoked');
  expect((await cleo.post('/invitations/redeem', { token: other.token })).body.code).toBe('invitation.revoked');
  const listed = (await ada.get(`/conversations/${group}/invitations`)).body.items;
  expect(listed.map(({ state }: { state: string }) => state).sort()).toEqual(['revoked', 'used_up']);
  expect((await ada.get(`/conversations/${group}/invitations/${invitation.id}/uses`)).body.items).toMatchObject([
    { userId: 'bob' },
  ]);
});

it('a direct one is heard of, found and accepted or declined', async () => {
  const listener = await listen(bob);
  const invite = { kind: 'direct', userIds: ['bob', 'cleo'] };
  const made = await ada.post(`/conversations/${group}/invitations`, invite);
  expect(made.body.results).toMatchObject([{ status: 'invited' }, { status: 'invited' }]);
  await listener.hear(({ type }) => type === 'invitation:received');
  await listener.close();
  const [mine] = (await bob.get('/me/invitations')).body.items;
  expect(await bob.post(`/invitations/${mine.invitation?.id ?? mine.id}/accept`, {})).toMatchObject({ status: 200 });
  expect((await bob.get(`/conversations/${group}`)).status).toBe(200);
  const [theirs] = (await cleo.get('/me/invitations')).body.items;
  expect((await cleo.post(`/invitations/${theirs.invitation?.id ?? theirs.id}/decline`, {})).status).toBe(200);
  expect((await cleo.get(`/conversations/${group}`)).status).toBe(404);
});

it('pins are seen in their order, and unread is summed up with mentions', async () => {
  await ada.post(`/conversations/${group}/participants`, { userIds: ['bob'] });
  const say = async (text: string, more: object = {}) =>
    (await ada.post(`/conversations/${group}/messages`, { body: { type: 'text', text }, ...more })).body.id as string;
  const [one, two] = [await say('one'), await say('two', { mentions: { userIds: ['bob'] } })];
  expect((await bob.get('/me/unread')).body).toMatchObject({ unreadCount: 2, mentionCount: 1, conversationCount: 1 });
  const token = ada.token;
  for (const id of [one, two]) expect((await request('PUT', `/messages/${id}/pin`, { token })).status).toBe(200);
  const pins = (await bob.get(`/conversations/${group}/pins`)).body;
  expect(pins.items.map(({ message }: { message: { id: string } }) => message.id)).toEqual([two, one]);
  const order = { version: pins.version, messageIds: [one] };
  const ordered = await request('PUT', `/conversations/${group}/pins`, { token, body: order });
  expect(ordered.body.items.map(({ message }: { message: { id: string } }) => message.id)).toEqual([one, two]);
  expect((await request('PUT', `/conversations/${group}/pins`, { token, body: order })).status).toBe(409);
  expect((await request('DELETE', `/messages/${one}/pin`, { token })).status).toBe(200);
  expect((await bob.get(`/conversations/${group}/pins`)).body.items).toHaveLength(1);
});
