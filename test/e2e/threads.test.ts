import { beforeEach, describe, expect, it } from 'vitest';
import { someClientId } from '#test/support/conversations.ts';
import { listen, request, signIn, someTenant, type User } from '#test/support/deployed.ts';

let ada: User;
let bob: User;
let group: string;

const send = async (user: User, message: object) => {
  const { status, body } = await user.post(`/conversations/${group}/messages`, {
    clientId: someClientId(),
    ...message,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body as { id: string; seq: number };
};
const text = (words: string) => ({ body: { type: 'text', text: words } });

beforeEach(async () => {
  const tenant = someTenant();
  ada = await signIn({ tenant, user: 'ada' });
  bob = await signIn({ tenant, user: 'bob' });
  group = (await ada.post('/conversations', { type: 'group', name: 'Looms', participants: ['bob', 'eve'] })).body.id;
});

describe('over HTTPS, heard on a socket', () => {
  it('replies make a thread that its people follow, read and list', async () => {
    const root = await send(ada, text('shall we?'));
    const listener = await listen(ada);
    const reply = await bob.post(`/messages/${root.id}/replies`, { clientId: someClientId(), ...text('we shall') });
    expect(reply).toMatchObject({ status: 201, body: { thread: { rootId: root.id, depth: 1 } } });
    await listener.hear(({ type }) => type === 'thread:created');
    const deeper = await ada.post(`/messages/${reply.body.id}/replies`, { clientId: someClientId(), ...text('when?') });
    expect(deeper).toMatchObject({ status: 201, body: { thread: { rootId: root.id, depth: 2 } } });
    await listener.hear(({ type }) => type === 'thread:updated');
    await listener.close();

    const flat = await bob.get(`/messages/${root.id}/replies`);
    expect(flat.body.items.map(({ id }: { id: string }) => id)).toEqual([reply.body.id, deeper.body.id]);
    expect((await bob.get(`/messages/${root.id}/replies?view=tree`)).body.items).toHaveLength(2);
    expect((await bob.get(`/messages/${root.id}/thread/participants`)).body.items).toHaveLength(2);
    const [mine] = (await bob.get('/threads')).body.items;
    expect(mine).toMatchObject({ rootId: root.id, mine: { unreadCount: 1 } });
    const read = await bob.post(`/messages/${root.id}/thread/read`, { upTo: deeper.body.seq });
    expect(read).toMatchObject({ status: 200, body: { mine: { unreadCount: 0 } } });
    const token = bob.token;
    const muted = await request('PUT', `/messages/${root.id}/thread/subscription`, { token, body: { state: 'muted' } });
    expect(muted).toMatchObject({ status: 200, body: { mine: { subscription: 'muted' } } });
    expect((await bob.get(`/messages/${root.id}/thread`)).body).toMatchObject({ lastReply: { id: deeper.body.id } });
  });

  it('messages of other types, mentions, quotes and forwards arrive as they were sent', async () => {
    const listener = await listen(bob);
    const place = { type: 'location', lat: 51.5, lon: -0.12, label: 'Here' };
    const first = await send(ada, { body: place, mentions: { userIds: ['bob'] } });
    const heard = await listener.hear((event) => event.type === 'message:created' && event.seq === first.seq);
    expect(heard).toMatchObject({ message: { body: place, mentions: { userIds: ['bob'], all: false } } });
    const card = { type: 'contact', name: 'Charles', emails: ['charles@example.com'] };
    const second = await send(bob, { body: card, replyTo: first.id });
    expect((await ada.get(`/messages/${second.id}`)).body).toMatchObject({ body: card, replyTo: { id: first.id } });
    const unknown = { clientId: someClientId(), ...text('hey'), mentions: { userIds: ['mallory'] } };
    expect((await ada.post(`/conversations/${group}/messages`, unknown)).body).toMatchObject({
      code: 'message.mention_unknown',
    });

    const other = (await bob.post('/conversations', { type: 'direct', participants: ['cleo'] })).body.id;
    const forwarding = { targets: [{ conversationId: other, clientId: someClientId() }] };
    const forwarded = await bob.post(`/messages/${first.id}/forward`, forwarding);
    expect(forwarded.status, JSON.stringify(forwarded.body)).toBeLessThan(300);
    expect((await bob.get(`/conversations/${other}/messages`)).body.items[0]).toMatchObject({
      body: place,
      forwardedFrom: { messageId: first.id, senderId: 'ada' },
    });
    await listener.close();
  });
});
