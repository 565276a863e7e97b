import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { someClientId } from '#test/support/conversations.ts';
import { eventually, request, signIn, someTenant, type User } from '#test/support/deployed.ts';

const tenant = someTenant();
let [ada, bob, eve, admin]: User[] = [];
let group = '';
let message: { readonly id: string };

/** An answer; whoever asks too often comes back when they are told to. */
async function get(user: User, path: string) {
  for (;;) {
    const answer = await user.get(path);
    if (answer.status !== 429) return answer;
    await pause(1_000 * Number(answer.body.retryAfterSeconds));
  }
}
const search = (user: User, q: string) => get(user, `/search/messages?q=${encodeURIComponent(q)}`);

beforeAll(async () => {
  [ada, bob, eve, admin] = await Promise.all([
    signIn({ tenant, user: 'ada' }),
    signIn({ tenant, user: 'bob' }),
    signIn({ tenant, user: 'eve' }),
    signIn({ tenant, user: 'boss', roles: ['admin'] }),
  ]);
  const { version } = (await bob!.get('/users/me')).body;
  const named = { displayName: 'Bob Babbage', version };
  expect((await request('PATCH', '/users/me', { token: bob!.token, body: named })).status).toBe(200);
  const made = await ada!.post('/conversations', { type: 'group', name: 'Looms', participants: ['bob'] });
  group = made.body.id;
  const say = (text: string) =>
    ada!.post(`/conversations/${group}/messages`, { clientId: someClientId(), body: { type: 'text', text } });
  ({ body: message } = await say('the analytical <b>engine</b> weaves algebraic patterns'));
  await say('patterns of another kind');
});

describe('search', () => {
  it('finds what was said, for those who were there', async () => {
    const found = await eventually(
      () => search(bob!, '"algebraic patterns"'),
      ({ body }) => body.items?.length > 0,
    );
    expect(found.body).toMatchObject({ items: [{ message }], total: { value: 1, exact: true }, matched: 'exact' });
    const [{ highlights }] = (await search(bob!, 'engine')).body.items;
    expect(highlights[0].fragments.join()).toContain('&lt;b&gt;<mark>engine</mark>&lt;');
    expect((await search(eve!, 'engine')).body.items).toEqual([]);
  });

  it('finds people and conversations, suggests them, and remembers what one searched for', async () => {
    const people = await eventually(
      () => get(ada!, '/search/users?q=babbage'),
      ({ body }) => body.items?.length > 0,
    );
    expect(people.body.items).toMatchObject([{ user: { id: 'bob' } }]);
    expect((await get(ada!, '/search?q=loom')).body.conversations).toMatchObject([{ conversation: { id: group } }]);
    expect((await get(eve!, '/search?q=loom')).body.conversations).toEqual([]);
    const suggested = await get(ada!, `/search/suggestions?q=${encodeURIComponent('from:bab')}`);
    expect(JSON.stringify(suggested.body.items)).toContain('bob');
    expect((await get(bob!, '/search/recent')).body.items).toContainEqual(expect.objectContaining({ q: 'engine' }));
    expect((await get(ada!, '/search/recent')).body.items).toEqual([]);
  });

  // The job looks once a minute.
  it('is made anew from the table by the job that admins start', async () => {
    const { status, body } = await admin!.post('/admin/search/reindex', { scope: 'tenant' });
    expect(status, JSON.stringify(body)).toBe(202);
    const done = await eventually(
      () => admin!.get(`/admin/search/reindex/${body.id}`),
      (answer) => answer.body.status !== 'running',
    );
    expect(done.body).toMatchObject({ status: 'done', errors: 0, messages: { done: 2 }, conversations: { done: 1 } });
    expect((await search(bob!, 'engine')).body.items).toMatchObject([{ message }]);
    expect((await ada!.post('/admin/search/reindex', { scope: 'tenant' })).status).toBe(403);
    expect((await admin!.post('/admin/search/reindex', { scope: 'everything' })).status).toBe(403);
  }, 180_000);
});
