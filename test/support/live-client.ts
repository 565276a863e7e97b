import { WebSocket } from 'ws';
import { NoAnswer } from '#aws/errors.ts';
import { ParleyClient } from '#client/client.ts';
import type { State } from '#client/state.ts';
import { closeSocket } from '#gateways/sockets.ts';
import { socketsOf } from '#table/connection.ts';
import { scope } from '#table/entity.ts';
import { stack, type User } from './deployed.ts';

/** Closes a socket; false when a busy gateway does not say whether it did. */
const wasClosed = (connectionId: string): Promise<boolean> =>
  closeSocket(connectionId).then(
    () => true,
    (error: unknown) => {
      if (error instanceof NoAnswer) return false;
      throw error;
    },
  );

/** A client of a user of the deployed app, and the ways in which its connection may end. */
export interface LiveClient {
  readonly userId: string;
  readonly client: ParleyClient;
  /** The numbers of messages in a conversation, in the order in which the client told of them. */
  readonly told: (conversationId: string) => readonly number[];
  /** Done when a part of the state is as it should be. */
  readonly until: (fits: (state: State) => boolean) => Promise<void>;
  /** The socket ends without a word from either side. False when none is open. */
  readonly cut: () => boolean;
  /** The service closes every socket that it knows of the user. Answers how many it says it has. */
  readonly drop: () => Promise<number>;
  /** How many sockets it has opened. */
  readonly opened: () => number;
}

/** Connects a client. `tenant` is the user's; the environment names the deployed table and sockets. */
export async function liveClient(tenant: string, user: User): Promise<LiveClient> {
  const sockets = new Set<WebSocket>();
  let opened = 0;
  class Socket extends WebSocket {
    constructor(url: string) {
      super(url);
      sockets.add(this);
      this.on('open', () => {
        opened += 1;
      });
      this.on('close', () => sockets.delete(this));
      // The client hears of it by its own way; without this Node would end the process.
      this.on('error', () => undefined);
    }
  }
  const client = new ParleyClient({
    url: stack.restUrl,
    userId: user.userId,
    getToken: async () => user.token,
    host: { WebSocket: Socket as never },
  });
  const told = new Map<string, number[]>();
  void (async () => {
    for await (const event of client.events())
      if (event.type === 'message:created')
        told.set(event.conversationId, [...(told.get(event.conversationId) ?? []), event.seq]);
  })();
  await client.connect();
  return {
    userId: user.userId,
    client,
    told: (conversationId) => told.get(conversationId) ?? [],
    until: (fits) =>
      new Promise((done) => {
        if (fits(client.state)) return done();
        const stop = client.subscribe(() => {
          if (!fits(client.state)) return;
          stop();
          done();
        });
      }),
    cut: () => {
      const open = [...sockets].filter(({ readyState }) => readyState === WebSocket.OPEN);
      for (const socket of open) socket.terminate();
      return open.length > 0;
    },
    drop: async () => {
      const known = await socketsOf(scope(tenant), [user.userId], Date.now());
      const closed = await Promise.all(known.map(({ connectionId }) => wasClosed(connectionId)));
      return closed.filter(Boolean).length;
    },
    opened: () => opened,
  };
}
