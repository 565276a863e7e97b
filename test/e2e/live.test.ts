import { once } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { someClientId } from '#test/support/conversations.ts';
import { listen, listenAt, signIn, someTenant, type User } from '#test/support/deployed.ts';

const tenant = someTenant();
let ada: User;
let bob: User;

beforeAll(async () => {
  ada = await signIn({ tenant, user: 'ada' });
  bob = await signIn({ tenant, user: 'bob' });
});

const aGroup = async (participants = ['bob']): Promise<string> =>
  (await ada.post('/conversations', { type: 'group', participants })).body.id;
const say = (user: User, id: string, words: string) =>
  user.post(`/conversations/${id}/messages`, { clientId: someClientId(), body: { type: 'text', text: words } });

describe('a socket', () => {
  it('hears of new conversations and messages, as the history shows them, in order', async () => {
    const listener = await listen(bob);
    const id = await aGroup();
    await listener.hear((event) => event.type === 'participant:added' && event.conversationId === id);
    for (let index = 0; index < 5; index++) await say(ada, id, `message ${index}`);
    await listener.hear((event) => event.type === 'message:created' && event.seq === 6);
    const live = listener.heard.flatMap((event) => (event.type === 'message:created' ? [event.message] : []));
    const { items } = (await bob.get(`/conversations/${id}/messages?order=oldest`)).body;
    expect(live).toEqual(items.slice(1));
    await listener.close();
  });

  it('of each device of each member hears it; nobody else’s does', async () => {
    const eve = await signIn({ tenant, user: 'eve' });
    const [phone, laptop, own, outsider] = [await listen(bob), await listen(bob), await listen(ada), await listen(eve)];
    const id = await aGroup();
    const { body } = await say(ada, id, 'to all devices');
    for (const listener of [phone, laptop, own])
      expect(await listener.hear((event) => event.type === 'message:created')).toMatchObject({ message: body });
    const pong = { action: 'ping', id: 'after' };
    outsider.send(pong);
    await outsider.hear((event) => event.type === 'sync:pong');
    expect(outsider.heard.map(({ type }) => type)).toEqual(['sync:pong']);
    await Promise.all([phone, laptop, own, outsider].map(({ close }) => close()));
  });

  it('that is gone stops nobody', async () => {
    const id = await aGroup();
    const lost = await listen(bob);
    const open = await listen(bob);
    lost.socket.terminate();
    await once(lost.socket, 'close');
    expect((await say(ada, id, 'still there?')).status).toBe(201);
    await open.hear((event) => event.type === 'message:created');
    await open.close();
  });

  it('hears of the comings and goings of those whom it watches', async () => {
    const [watcher, cleo] = [await listen(ada), await signIn({ tenant, user: 'cleo' })];
    const heard = (online: boolean, after = 0) =>
      watcher.hear(
        (event) =>
          event.type === 'presence' &&
          event.userId === 'cleo' &&
          event.online === online &&
          watcher.heard.indexOf(event) >= after,
      );
    watcher.send({ action: 'presence.watch', userIds: ['cleo'] });
    await heard(false);
    const socket = await listen(cleo);
    await heard(true);
    expect((await ada.get('/presence?userIds=cleo')).body.items).toEqual([
      { userId: 'cleo', online: true, lastSeenAt: null },
    ]);
    const then = watcher.heard.length;
    await socket.close();
    await heard(false, then);
    expect((await ada.get('/presence?userIds=cleo')).body.items).toMatchObject([{ userId: 'cleo', online: false }]);
    await watcher.close();
  });

  it('opens with a ticket, once', async () => {
    const { body } = await bob.post('/realtime/tickets', {});
    const first = await listenAt(body.url);
    for (const url of [body.url, body.url.replace(/ticket=.*/, 'ticket=forged'), body.url.replace(/\?.*/, '')]) {
      const refused = new WebSocket(url);
      const [error] = await once(refused, 'error');
      expect(String(error)).toMatch(/Unexpected server response: 40[13]/);
    }
    await first.close();
  });

  it('answers pings and stays open whatever it is sent', async () => {
    const listener = await listen(bob);
    const bad: [unknown, string][] = [
      ['{"action":', 'frame.malformed'],
      ['[]', 'frame.malformed'],
      [{ action: 'dance' }, 'frame.unknown_action'],
      [{ action: '$connect' }, 'frame.unknown_action'],
      [{ action: '$disconnect' }, 'frame.unknown_action'],
      [{ action: 'ping', id: 7 }, 'frame.invalid'],
      [{ action: 'ping', colour: 'red' }, 'frame.invalid'],
    ];
    for (const [index, [frame, code]] of bad.entries()) {
      listener.send(frame);
      listener.send({ action: 'ping', id: `after ${index}` });
      await listener.hear((event) => event.type === 'sync:pong' && event.id === `after ${index}`);
      await listener.hear((event) => event.type === 'sync:error' && event.code === code);
    }
    expect(listener.socket.readyState).toBe(WebSocket.OPEN);
    expect(listener.frames.join()).not.toContain('statusCode');
    await listener.close();
  });
});
