import { afterEach } from 'vitest';
import { ParleyClient } from '#client/client.ts';
import type { Conversation } from '#client/conversation.ts';
import { ModelServer } from './model-server.ts';
import { seeded, VirtualTime, virtualHost } from './virtual-host.ts';

/** The id of a conversation. */
export const cnv = (letter: string): string => `cnv_${letter.repeat(22)}`;

type Options = Partial<ConstructorParameters<typeof ParleyClient>[0]> & {
  /** Milliseconds by which the device's clock is ahead. */ readonly skew?: number;
};

function world(seed: number) {
  const time = new VirtualTime();
  const random = seeded(seed);
  const server = new ModelServer(time, random);
  const clients: ParleyClient[] = [];
  return {
    time,
    random,
    server,
    client(userId: string, { skew, ...options }: Options = {}): ParleyClient {
      const host = virtualHost(time, random, server, skew);
      const one = new ParleyClient({ url: 'https://model', getToken: () => userId, host, ...options });
      clients.push(one);
      return one;
    },
    /** Connects a client, and waits until its list is there. */
    async connected(client: ParleyClient): Promise<ParleyClient> {
      const connecting = client.connect();
      await time.until(() => client.state.connection.phase === 'online' && client.state.listed !== undefined);
      await connecting;
      return client;
    },
    /** Opens a conversation of a client. */
    async opened(client: ParleyClient, id: string): Promise<Conversation> {
      let conversation: Conversation | undefined;
      const opening = client.conversations.open(id).then((one) => {
        conversation = one;
      });
      await time.until(() => conversation !== undefined);
      await opening;
      return conversation!;
    },
    close: () => Promise.all(clients.map((one) => one.close())),
  };
}

type World = ReturnType<typeof world>;
const worlds: World[] = [];

/** A server, a network and time of their own; its clients are closed after the test. */
export const aWorld = (seed = 1): World => {
  const one = world(seed);
  worlds.push(one);
  return one;
};

afterEach(async () => {
  await Promise.all(worlds.splice(0).map(({ close }) => close()));
});
