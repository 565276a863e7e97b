import { beforeEach, expect, it } from 'vitest';
import { someClientId } from '#test/support/conversations.ts';
import { listen, request, signIn, someTenant, type User } from '#test/support/deployed.ts';

let tenant: string;
let ada: User;
let bob: User;
let group: string;

const ask = (user: User, method: string, address: string, body?: unknown) =>
  request(method, address, { token: user.token, ...(body === undefined ? {} : { body }) });
const text = (words: string) => ({ body: { type: 'text', text: words } });
const later = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

beforeEach(async () => {
  tenant = someTenant();
  ada = await signIn({ tenant, user: 'ada' });
  bob = await signIn({ tenant, user: 'bob' });
  group = (await ada.post('/conversations', { type: 'group', name: 'Looms', participants: ['bob'] })).body.id;
});

it('scheduled messages are moved, changed, cancelled and sent at once, and not for whoever has gone', async () => {
  const schedule = async (user: User, words: string) => {
    const asked = { clientId: someClientId(), sendAt: later(3_600), ...text(words) };
    const made = await user.post(`/conversations/${group}/scheduled-messages`, asked);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect((await user.post(`/conversations/${group}/scheduled-messages`, asked)).body.id).toBe(made.body.id);
    return made.body.id as string;
  };
  const [due, cancelled, gone] = [
    await schedule(ada, 'later'),
    await schedule(ada, 'never'),
    await schedule(bob, 'gone'),
  ];
  const moved = await ask(ada, 'PATCH', `/me/scheduled-messages/${due}`, { version: 1, ...text('now') });
  expect(moved).toMatchObject({ status: 200, body: { version: 2 } });
  expect((await ask(ada, 'PATCH', `/me/scheduled-messages/${due}`, { version: 1, ...text('x') })).status).toBe(409);
  expect((await ask(ada, 'DELETE', `/me/scheduled-messages/${cancelled}`)).body.state).toBe('cancelled');
  expect((await ada.post(`/me/scheduled-messages/${due}/send-now`, {})).body.state).toBe('sent');
  const said = (await bob.get(`/conversations/${group}/messages`)).body.items;
  expect(said[0].body).toEqual({ type: 'text', text: 'now' });
  await ask(ada, 'DELETE', `/conversations/${group}/participants/bob`);
  const sent = await bob.post(`/me/scheduled-messages/${gone}/send-now`, {});
  expect(sent.body).toMatchObject({ state: 'failed', reason: expect.any(String) });
});

it('bookmarks and drafts are one’s own, on every device', async () => {
  const { id } = (await ada.post(`/conversations/${group}/messages`, text('keep this'))).body;
  const listener = await listen(bob);
  const kept = await ask(bob, 'PUT', `/messages/${id}/bookmark`, { note: 'why' });
  expect(kept.status, JSON.stringify(kept.body)).toBe(200);
  expect((await bob.get('/me/bookmarks')).body.items).toMatchObject([{ note: 'why', message: { id } }]);
  expect((await ada.get('/me/bookmarks')).body.items).toEqual([]);
  const draft = await ask(bob, 'PUT', `/conversations/${group}/draft`, text('half a thou'));
  expect(draft.status, JSON.stringify(draft.body)).toBe(200);
  await listener.hear(({ type }) => type === 'draft:updated');
  await listener.close();
  expect((await ask(bob, 'PUT', `/conversations/${group}/draft`, text('other'))).status).toBe(409);
  expect((await bob.get('/me/drafts')).body.items).toHaveLength(1);
  expect((await ask(bob, 'DELETE', `/conversations/${group}/draft`)).status).toBe(200);
  expect((await bob.get('/me/drafts')).body.items).toEqual([]);
  expect((await ask(bob, 'DELETE', `/messages/${id}/bookmark`)).status).toBe(200);
});
