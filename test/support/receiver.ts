import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a receiver of webhooks got. */
export interface Received {
  readonly id: string;
  readonly timestamp: number;
  readonly signatures: readonly string[];
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into payloads of every type
  readonly payload: any;
}

/** Somebody's server, on this machine, that is told what happens. */
export interface Receiver {
  readonly url: string;
  readonly got: readonly Received[];
  /** What it answers from now on: a status, or what it does with a response. */
  answer: number | ((response: ServerResponse, received: Received) => void);
  /** The next request, got or yet to come, that fits. */
  readonly receive: (fits?: (received: Received) => boolean) => Promise<Received>;
  readonly close: () => Promise<void>;
}

/** Whether a request was signed with a secret, computed as the specification says: over `id.timestamp.body`. */
export const isSignedWith = (secret: string, { id, timestamp, signatures, body }: Received): boolean => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return signatures.includes(`v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`);
};

export async function aReceiver(): Promise<Receiver> {
  const got: Received[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const received: Received = {
        id: String(request.headers['webhook-id']),
        timestamp: Number(request.headers['webhook-timestamp']),
        signatures: String(request.headers['webhook-signature']).split(' '),
        body,
        payload: JSON.parse(body),
      };
      got.push(received);
      const { answer } = receiver;
      if (typeof answer === 'number') response.writeHead(answer).end();
      else answer(response, received);
      for (const look of waiting) look();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/parley`,
    got,
    answer: 204,
    receive: (fits = () => true) =>
      new Promise((found) => {
        const look = () => {
          const received = got.find(fits);
          if (!received) return;
          waiting.delete(look);
          found(received);
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
