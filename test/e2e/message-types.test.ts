import { beforeEach, describe, expect, it } from 'vitest';
import { someClientId } from '#test/support/conversations.ts';
import { listen, request, signIn, someTenant, type User } from '#test/support/deployed.ts';

let ada: User;
let bob: User;
let group: string;
let other: string;

const makeGroup = async (): Promise<string> => {
  const made = await ada.post('/conversations', { type: 'group', name: 'Looms', participants: ['bob'] });
  expect(made.status).toBe(201);
  return made.body.id;
};

beforeEach(async () => {
  const tenant = someTenant();
  ada = await signIn({ tenant, user: 'ada' });
  bob = await signIn({ tenant, user: 'bob' });
  group = await makeGroup();
  other = await makeGroup();
});

describe('over HTTPS, heard on a socket', () => {
  it('a live location moves, mentions, is answered and forwarded, and is counted', async () => {
    const listener = await listen(bob);
    const liveUntil = new Date(Date.now() + 600_000).toISOString();
    const place = (lat: number) => ({ type: 'location', lat, lon: 0.1, label: 'On my way', liveUntil });
    const sent = await ada.post(`/conversations/${group}/messages`, {
      clientId: someClientId(),
      body: place(51),
      mentions: { userIds: ['bob'] },
    });
    expect(sent).toMatchObject({ status: 201, body: { mentions: { userIds: ['bob'], all: false } } });
    const { id } = sent.body;
    const moved = await request('PATCH', `/messages/${id}`, {
      token: ada.token,
      body: { version: 1, body: place(52), mentions: { all: true } },
    });
    expect(moved).toMatchObject({ status: 200, body: { version: 2, mentions: { all: true } } });
    const heard = await listener.hear(({ type }) => type === 'message:updated');
    expect(heard).toMatchObject({ patch: { body: { lat: 52 }, mentions: { all: true } } });

    expect((await bob.get(`/conversations/${group}`)).body).toMatchObject({ unreadCount: 1, mentionCount: 1 });
    expect((await bob.get('/me/unread')).body).toEqual({ unreadCount: 1, mentionCount: 1, conversationCount: 1 });

    const reply = await bob.post(`/conversations/${group}/messages`, {
      body: { type: 'text', text: 'See you' },
      replyTo: id,
    });
    expect(reply).toMatchObject({ status: 201, body: { replyTo: { id, senderId: 'ada' } } });
    expect((await bob.get('/me/unread')).body).toEqual({ unreadCount: 0, mentionCount: 0, conversationCount: 0 });

    const targets = [{ conversationId: other, clientId: someClientId() }];
    const forwarded = await bob.post(`/messages/${id}/forward`, { targets });
    expect(forwarded).toMatchObject({
      status: 200,
      body: { results: [{ status: 'forwarded', message: { forwardedFrom: { messageId: id, senderId: 'ada' } } }] },
    });
    expect((await bob.post(`/messages/${id}/forward`, { targets })).body).toEqual(forwarded.body);
    expect((await ada.get('/me/unread')).body).toEqual({ unreadCount: 2, mentionCount: 0, conversationCount: 2 });
    await listener.close();
  });

  it('a type that the tenant does not take is refused', async () => {
    const body = { type: 'custom', name: 'chess.move', data: { to: 'e4' } };
    const refused = await ada.post(`/conversations/${group}/messages`, { body });
    expect(refused).toMatchObject({ status: 403, body: { code: 'message.type_forbidden', allowed: [] } });
  });
});
