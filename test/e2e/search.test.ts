import { expect, it } from 'vitest';
import { someClientId } from '#test/support/conversations.ts';
import { eventually, signIn, someTenant } from '#test/support/deployed.ts';

it('finds what was said, for those who were there', async () => {
  const tenant = someTenant();
  const ada = await signIn({ tenant, user: 'ada' });
  const bob = await signIn({ tenant, user: 'bob' });
  const eve = await signIn({ tenant, user: 'eve' });
  const { body: group } = await ada.post('/conversations', { type: 'group', participants: ['bob'] });
  const say = (text: string) =>
    ada.post(`/conversations/${group.id}/messages`, { clientId: someClientId(), body: { type: 'text', text } });
  const { body: message } = await say('the analytical <b>engine</b> weaves algebraic patterns');
  await say('patterns of another kind');
  const search = (user: typeof ada, q: string) => user.get(`/search/messages?q=${encodeURIComponent(q)}`);

  const found = await eventually(
    () => search(bob, '"algebraic patterns"'),
    ({ body }) => body.items?.length > 0,
  );
  expect(found.body.items).toHaveLength(1);
  expect(found.body.items[0].message).toEqual(message);
  expect((await search(bob, 'engine')).body.items[0].highlights.join()).toContain('&lt;b&gt;<mark>engine</mark>&lt;');
  expect((await search(eve, 'engine')).body.items).toEqual([]);
});
