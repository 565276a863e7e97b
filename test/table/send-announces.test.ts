import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { ENV } from '#contract/environment.ts';
import { Frame } from '#contract/frames.ts';
import { handler } from '#functions/api/messages/messages.lambda.ts';
import { openConnection } from '#table/connection.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { call } from '#test/support/call.ts';
import { aGroup, someClientId } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

/** Stands for @connections: holds every post until the test lets it go. */
const posts: { path: string; body: string; answer: ServerResponse }[] = [];
const server = createServer((request, answer) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    posts.push({ path: request.url ?? '', body, answer });
    server.emit('posted');
  });
});

const tenant = scope('acme');
let conversationId: string;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env[ENV.socketsEndpoint] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/chat`;
});
afterAll(() => server.close());
beforeEach(async () => {
  posts.length = 0;
  conversationId = await aGroup(tenant);
});

const connect = (userId: string, connectionId: string) =>
  openConnection(tenant, userId, { connectionId, nonce: someClientId(), ticketExpiresAt: 1, at: Date.now() });

const say = (clientId: string) =>
  call(handler, api.messages.sendMessage, { conversationId, clientId, body: { type: 'text', text: 'hello' } });

it('replies only when every open socket has been posted to, and has stored the message before', async () => {
  await connect('bob', 'socket-of-bob=');
  let replied = false;
  const reply = say(someClientId()).finally(() => {
    replied = true;
  });
  await once(server, 'posted');
  expect(await logOf(tenant, conversationId).entry(2)).toMatchObject({ kind: 'message', message: { u: 'ada' } });
  expect(replied).toBe(false);
  posts[0]!.answer.end();
  const { body } = await reply;
  expect(posts).toHaveLength(1);
  expect(decodeURIComponent(posts[0]!.path)).toContain('socket-of-bob=');
  expect(Frame.parse(JSON.parse(posts[0]!.body))).toEqual({
    events: [{ type: 'message:created', conversationId, seq: 2, message: body }],
  });
});

it('pushes again when a send is repeated within a minute', async () => {
  await connect('bob', 'socket-of-bob=');
  const clientId = someClientId();
  server.on('posted', () => posts.at(-1)!.answer.end());
  const first = await say(clientId);
  const again = await say(clientId);
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(posts.map(({ body }) => Frame.parse(JSON.parse(body)).events[0])).toEqual(
    [first.body, first.body].map((message) => ({ type: 'message:created', conversationId, seq: 2, message })),
  );
});
