import { once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, listen, listenAt, signIn, someTenant, type User } from '#test/support/deployed.ts';

let tenant: string;
let ada: User;
beforeEach(async () => {
  tenant = someTenant();
  ada = await signIn({ tenant, user: 'ada' });
});

/** A token says when it was issued to the second: one from a second after the logout is good again. */
const nextSecond = (): Promise<void> => new Promise((resume) => setTimeout(resume, 1_000 - (Date.now() % 1_000) + 10));

const refusalAt = async (url: string): Promise<string> => {
  const socket = new WebSocket(url);
  const [error] = await once(socket, 'error');
  return String(error);
};

describe('a ticket', () => {
  it('opens one socket of a hundred that try it at once', async () => {
    const { body } = await ada.post('/realtime/tickets', {});
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = new WebSocket(body.url);
        const opened = await once(socket, 'open').then(
          () => true,
          () => false,
        );
        if (opened) socket.close();
        return opened;
      }),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  });
});

describe('logout', () => {
  it('closes the sockets of every device, and no ticket or token from before is good any more', async () => {
    const listeners = [await listen(ada), await listen(ada)];
    const { body: ticket } = await ada.post('/realtime/tickets', {});
    const ended = listeners.map(({ socket }) => once(socket, 'close'));
    const { status, body } = await ada.post('/me/logout', {});
    expect([status, body]).toEqual([200, { closed: 2 }]);
    await Promise.all(ended);
    expect(await refusalAt(ticket.url)).toMatch(/Unexpected server response: 40[13]/);
    // The gateway keeps an answer for a second.
    await eventually(
      () => ada.get('/users/me'),
      (reply) => reply.status === 401,
    );
    expect((await ada.post('/realtime/tickets', {})).status).toBe(401);

    await nextSecond();
    const again = await signIn({ tenant, user: 'ada' });
    const listener = await listen(again);
    listener.send({ action: 'ping', id: 'again' });
    await listener.hear((event) => event.type === 'sync:pong');
    await listener.close();
  });

  it('by an admin ends somebody else’s sockets, and nobody else’s', async () => {
    const boss = await signIn({ tenant, user: 'boss', roles: ['admin'] });
    const [own, other] = [await listen(boss), await listen(ada)];
    const ended = once(other.socket, 'close');
    expect((await ada.post('/users/boss/logout', {})).status).toBe(403);
    expect(await boss.post('/users/ada/logout', {})).toMatchObject({ status: 200, body: { closed: 1 } });
    await ended;
    own.send({ action: 'ping', id: 'still here' });
    await own.hear((event) => event.type === 'sync:pong');
    await own.close();
  });

  it('of one device closes its sockets and gives it no ticket; it may come back with a new token', async () => {
    const deviceId = `dev_${'a'.repeat(22)}`;
    const ticket = (user: User) => user.post('/realtime/tickets', { deviceId, deviceName: 'phone' });
    const phone = await listenAt((await ticket(ada)).body.url);
    const { body: held } = await ticket(ada);
    const laptop = await listen(ada);
    const ended = once(phone.socket, 'close');
    expect((await ada.get('/me/devices')).body.devices).toMatchObject([{ id: deviceId, name: 'phone', sockets: 1 }]);
    expect(await ada.delete(`/me/devices/${deviceId}`)).toMatchObject({ status: 200, body: { closed: 1 } });
    await ended;
    expect(laptop.socket.readyState).toBe(WebSocket.OPEN);
    expect((await ticket(ada)).status).toBe(401);
    expect(await refusalAt(held.url)).toMatch(/Unexpected server response: 40[13]/);
    await nextSecond();
    await (await listenAt((await ticket(await signIn({ tenant, user: 'ada' }))).body.url)).close();
    await laptop.close();
  });
});
