import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { Frame } from '#contract/frames.ts';
import { openConnection } from '#table/connection.ts';
import type { TenantKey } from '#table/entity.ts';
import { someClientId } from './conversations.ts';

/** Stands for @connections: takes every post and close and keeps it, and opens sockets for users in the table. */
export function useSockets(tenant: TenantKey) {
  /** With each frame as it was sent. */
  const posts: { socket: string; frame: Frame; text: string }[] = [];
  const closed: string[] = [];
  const server = createServer((request, answer) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const socket = decodeURIComponent(request.url ?? '')
        .split('/')
        .at(-1)!;
      if (request.method === 'DELETE') closed.push(socket);
      else {
        const text = Buffer.concat(parts).toString();
        posts.push({ socket, frame: Frame.parse(JSON.parse(text)), text });
      }
      answer.end();
    });
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    process.env[ENV.socketsEndpoint] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/chat`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const connect = (userId: string) =>
    openConnection(tenant, userId, {
      connectionId: `${userId}=`,
      nonce: someClientId(),
      ticketExpiresAt: 1,
      at: Date.now(),
    });
  return { posts, closed, connect };
}
