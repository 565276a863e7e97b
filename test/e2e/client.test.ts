import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ParleyClient } from '#client/client.ts';
import type { Conversation } from '#client/conversation.ts';
import type { SocketLike } from '#client/host.ts';
import { MemoryStorage, type Storage } from '#client/storage.ts';
import { signIn, someTenant, stack, type User } from '#test/support/deployed.ts';

const tenant = someTenant();
let ada: User;
let bob: User;

beforeAll(async () => {
  ada = await signIn({ tenant, user: 'ada' });
  bob = await signIn({ tenant, user: 'bob' });
});

/** A client on the deployed app, and its sockets, which can be cut. */
function clientOf({ token }: User, storage: Storage = new MemoryStorage()) {
  const sockets = new Set<WebSocket>();
  class Cuttable extends WebSocket {
    constructor(url: string) {
      super(url);
      sockets.add(this);
      this.once('close', () => sockets.delete(this));
    }
  }
  const host = { WebSocket: Cuttable as unknown as new (url: string) => SocketLike };
  const client = new ParleyClient({ url: stack.restUrl, getToken: () => token, storage, host });
  return { client, cut: () => [...sockets].forEach((socket) => void socket.terminate()) };
}

/** Waits until the state of a client is as it should be. */
const shows = (client: ParleyClient, holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return;
      stop();
      resolve();
    };
    const stop = client.subscribe(look);
    look();
  });

const aGroup = async (): Promise<string> =>
  (await ada.post('/conversations', { type: 'group', participants: ['bob'] })).body.id;

/** What the history says, oldest first. */
const history = async (id: string) => {
  const items = [];
  for (let cursor = ''; ; ) {
    const { body } = await ada.get(
      `/conversations/${id}/messages?order=oldest&limit=100${cursor && `&cursor=${cursor}`}`,
    );
    items.push(...body.items);
    if (body.nextCursor === null) return items;
    cursor = encodeURIComponent(body.nextCursor);
  }
};

const messagesOf = (client: ParleyClient, id: string) => client.state.rooms[id]?.messages ?? [];

describe('a client on the deployed app', () => {
  it('sees a conversation that it is added to, and what is said, read and reacted to in it', async () => {
    const [one, other] = [clientOf(ada), clientOf(bob)];
    await Promise.all([one.client.connect(), other.client.connect()]);
    const id = await aGroup();
    await shows(other.client, () => other.client.state.conversations[id] !== undefined);
    const [here, there] = await Promise.all([one.client.conversations.open(id), other.client.conversations.open(id)]);
    here.send('Good morning.');
    await shows(other.client, () => there.room!.messages.length === 2);
    expect(there.line).toMatchObject({ unreadCount: 1, lastMessage: { text: 'Good morning.' } });
    const said = there.room!.messages.at(-1)!;
    await there.react(said.id, '👍');
    there.markRead();
    expect(there.line).toMatchObject({ unreadCount: 0 });
    await shows(one.client, () => {
      const reader = here.room!.participants.find(({ userId }) => userId === 'bob');
      return reader?.readSeq === said.seq && here.room!.messages.at(-1)!.reactions.length === 1;
    });
    expect(here.room!.messages).toEqual(await history(id));
    await Promise.all([one.client.close(), other.client.close()]);
  });

  it('shows everything once and in order, however often its sockets are cut while both write', async () => {
    const id = await aGroup();
    const users = [clientOf(ada), clientOf(bob)];
    await Promise.all(users.map(({ client }) => client.connect()));
    const rooms: Conversation[] = await Promise.all(users.map(({ client }) => client.conversations.open(id)));
    const EACH = 40;
    for (let index = 0; index < EACH; index++) {
      for (const [who, room] of rooms.entries()) room.send(`${who} ${index}`);
      if (index % 4 === 3) users[(index >> 2) % 2]!.cut();
      await sleep(50);
    }
    for (const { client } of users)
      await shows(client, () => client.state.outbox.length === 0 && messagesOf(client, id).length === 2 * EACH + 1);
    const stored = await history(id);
    for (const { client } of users) expect(messagesOf(client, id)).toEqual(stored);
    for (const who of [0, 1]) {
      const texts = stored.map(({ body }) => body.text).filter((text) => text?.startsWith(`${who} `));
      expect(texts).toEqual(Array.from({ length: EACH }, (_, index) => `${who} ${index}`));
    }
    for (const { client } of users)
      expect(client.state.conversations[id]!.unreadCount).toBe((await lineOf(client, id)).unreadCount);
    await Promise.all(users.map(({ client }) => client.close()));
  });

  it('goes on from what it kept', async () => {
    const id = await aGroup();
    const storage = new MemoryStorage();
    const before = clientOf(bob, storage);
    await before.client.connect();
    await before.client.conversations.open(id);
    await before.client.close();
    const writer = clientOf(ada);
    await writer.client.connect();
    const room = await writer.client.conversations.open(id);
    for (const text of ['one', 'two', 'three']) room.send(text);
    await shows(writer.client, () => writer.client.state.outbox.length === 0);
    const after = clientOf(bob, storage);
    await after.client.connect();
    await shows(after.client, () => messagesOf(after.client, id).length === 4);
    expect(messagesOf(after.client, id)).toEqual(await history(id));
    expect(after.client.state.conversations[id]).toMatchObject({ unreadCount: 3, lastMessage: { text: 'three' } });
    await Promise.all([after.client.close(), writer.client.close()]);
  });
});

const lineOf = (client: ParleyClient, conversationId: string) => client.call('getConversation', { conversationId });
