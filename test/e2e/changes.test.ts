import { beforeEach, describe, expect, it } from 'vitest';
import { someClientId } from '#test/support/conversations.ts';
import { type Listener, listen, request, signIn, someTenant, type User } from '#test/support/deployed.ts';

let ada: User;
let bob: User;
let eve: User;
let group: string;

const ask = (user: User, method: string, address: string, body?: unknown) =>
  request(method, address, { token: user.token, ...(body === undefined ? {} : { body }) });
const say = async (user: User, text: string): Promise<{ id: string; seq: number }> => {
  const { status, body } = await user.post(`/conversations/${group}/messages`, {
    clientId: someClientId(),
    body: { type: 'text', text },
  });
  expect(status).toBe(201);
  return body;
};
/** The types of the events a socket hears until one of the last type comes. */
const heard = async (listener: Listener, last: string): Promise<string[]> => {
  await listener.hear(({ type }) => type === last);
  return listener.heard.map(({ type }) => type);
};

beforeEach(async () => {
  const tenant = someTenant();
  ada = await signIn({ tenant, user: 'ada' });
  bob = await signIn({ tenant, user: 'bob' });
  eve = await signIn({ tenant, user: 'eve' });
  const made = await ada.post('/conversations', { type: 'group', name: 'Looms', participants: ['bob', 'eve'] });
  expect(made.status).toBe(201);
  group = made.body.id;
});

describe('over HTTPS, heard on a socket', () => {
  it('messages are edited, deleted and restored', async () => {
    const listener = await listen(bob);
    const { id } = await say(ada, 'first');
    const edited = await ask(ada, 'PATCH', `/messages/${id}`, { version: 1, body: { type: 'text', text: 'second' } });
    expect(edited).toMatchObject({ status: 200, body: { version: 2 } });
    expect((await bob.get(`/messages/${id}/versions`)).body.items).toMatchObject([{ body: { text: 'first' } }]);
    expect(await ask(ada, 'DELETE', `/messages/${id}`)).toMatchObject({ body: { body: { type: 'deleted' } } });
    expect(await ada.post(`/messages/${id}/restore`, {})).toMatchObject({ body: { body: { text: 'second' } } });
    await listener.hear((event) => event.type === 'message:updated' && event.patch.version === 4);
    expect(listener.heard.map(({ type }) => type)).toEqual([
      'message:created',
      'message:updated',
      'message:deleted',
      'message:updated',
    ]);
    await listener.close();
  });

  it('reactions come and go', async () => {
    const { id } = await say(ada, 'react to this');
    const listener = await listen(ada);
    expect((await bob.post(`/messages/${id}/reactions`, { emoji: '👍' })).status).toBe(201);
    expect((await bob.get(`/messages/${id}/reactions`)).body.items).toMatchObject([{ emoji: '👍', userId: 'bob' }]);
    expect((await ask(bob, 'DELETE', `/messages/${id}/reactions/${encodeURIComponent('👍')}`)).status).toBe(200);
    expect(await heard(listener, 'reaction:removed')).toEqual(['reaction:added', 'reaction:removed']);
    await listener.close();
  });

  it('what was read is counted and told', async () => {
    await say(ada, 'one');
    const { id, seq } = await say(ada, 'two');
    expect((await bob.get(`/conversations/${group}`)).body.unreadCount).toBe(2);
    const listener = await listen(ada);
    expect((await bob.post(`/conversations/${group}/read`, { seq })).status).toBe(200);
    await heard(listener, 'read');
    expect((await bob.get(`/conversations/${group}`)).body.unreadCount).toBe(0);
    expect((await ada.get(`/messages/${id}/receipts`)).status).toBe(200);
    expect(await ask(bob, 'PATCH', `/conversations/${group}/me`, { pinned: true })).toMatchObject({ status: 200 });
    expect((await bob.get('/conversations?pinned=true')).body.items).toHaveLength(1);
    await listener.close();
  });

  it('roles change, members go and lose everything', async () => {
    const listener = await listen(eve);
    const role = await ask(ada, 'PATCH', `/conversations/${group}/participants/bob`, { role: 'admin' });
    expect(role.status).toBe(200);
    expect((await ask(eve, 'DELETE', `/conversations/${group}/participants/bob`)).status).toBe(403);
    expect((await ask(bob, 'DELETE', `/conversations/${group}/participants/eve`)).status).toBe(200);
    expect(await heard(listener, 'participant:removed')).toContain('participant:updated');
    expect((await eve.get(`/conversations/${group}`)).status).toBe(404);
    expect((await ask(ada, 'PUT', `/conversations/${group}/bans/eve`, {})).status).toBe(200);
    expect((await bob.post(`/conversations/${group}/leave`, {})).status).toBe(200);
    expect((await ada.post(`/conversations/${group}/leave`, {})).body.code).toBe('participant.last_owner');
    await listener.close();
  });

  it('conversations change, are archived and restored, and remember how they were', async () => {
    const listener = await listen(bob);
    const { body } = await ada.get(`/conversations/${group}/settings`);
    const renamed = await ask(ada, 'PATCH', `/conversations/${group}`, { version: body.version, name: 'Engines' });
    expect(renamed).toMatchObject({ status: 200, body: { name: 'Engines' } });
    const slow = { version: renamed.body.version, slowModeSeconds: 60 };
    expect((await ask(ada, 'PATCH', `/conversations/${group}/settings`, slow)).status).toBe(200);
    expect((await ask(ada, 'PATCH', `/conversations/${group}/settings`, slow)).status).toBe(409);
    expect((await ada.get(`/conversations/${group}/settings/history`)).body.items.length).toBeGreaterThan(1);
    expect((await ask(ada, 'DELETE', `/conversations/${group}`)).status).toBe(200);
    const refused = await bob.post(`/conversations/${group}/messages`, { body: { type: 'text', text: 'x' } });
    expect(refused).toMatchObject({ status: 409, body: { code: 'conversation.archived' } });
    expect((await ada.post(`/conversations/${group}/restore`, {})).status).toBe(200);
    expect(await heard(listener, 'settings:updated')).toContain('conversation:updated');
    await say(bob, 'once a minute');
    const again = await bob.post(`/conversations/${group}/messages`, { body: { type: 'text', text: 'x' } });
    expect(again.status).toBe(429);
    await listener.close();
  });
});

it('a conversation that its owner purges is gone for everybody at once, and heard of a last time', async () => {
  const listener = await listen(bob);
  const { id } = await say(ada, 'soon gone');
  expect((await bob.post(`/conversations/${group}/purge`, { confirm: group })).status).toBe(403);
  expect((await ada.post(`/conversations/${group}/purge`, { confirm: group })).status).toBe(202);
  expect(await heard(listener, 'conversation:purged')).toContain('message:created');
  await listener.close();
  for (const user of [ada, bob]) {
    expect((await user.get(`/conversations/${group}`)).status).toBe(404);
    expect((await user.get(`/messages/${id}`)).status).toBe(404);
    expect((await user.get('/conversations')).body.items).toEqual([]);
  }
  expect((await ada.post(`/conversations/${group}/purge`, { confirm: group })).status).toBe(200);
});
