import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { api } from '#contract/api.ts';
import { ENV } from '#contract/environment.ts';
import { Delivery } from '#domain/delivery.ts';
import { GATHER_SOCKETS } from '#domain/hot-room.ts';
import { handler } from '#functions/api/messages/messages.lambda.ts';
import { openConnection } from '#table/connection.ts';
import { scope } from '#table/entity.ts';
import { stubService } from '#test/support/aws-stub.ts';
import { call } from '#test/support/call.ts';
import { aGroup, someClientId } from '#test/support/conversations.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
const tenant = scope('acme');
const { posts } = useSockets(tenant);
const queue = stubService('sqs');
process.env[ENV.stragglersUrl] = 'https://sqs.test/stragglers.fifo';

const members = ['ada', 'bob', 'cleo'];
let conversationId: string;
beforeEach(async () => {
  posts.length = 0;
  queue.reset();
  conversationId = await aGroup(tenant, members);
  for (let index = 0; index <= GATHER_SOCKETS; index++)
    await openConnection(tenant, members[1 + (index % 2)]!, {
      connectionId: `socket-${index}=`,
      nonce: someClientId(),
      ticketExpiresAt: 1,
      at: Date.now() - 60_000,
    });
  // All within the same moment, however long it takes here.
  vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const say = () =>
  call(handler, api.messages.sendMessage, {
    conversationId,
    clientId: someClientId(),
    body: { type: 'text', text: 'x' },
  });
const queued = () =>
  queue
    .commandCalls(SendMessageBatchCommand)
    .flatMap(({ args }) => args[0].input.Entries as { MessageBody: string }[])
    .map(({ MessageBody }) => Delivery.parse(JSON.parse(MessageBody)));

it('pushes the first messages itself, and leaves a hot room’s to the fan-out function', async () => {
  const replies = [];
  for (let index = 0; index < 8; index++) replies.push(await say());
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
  const gathered = queued();
  const pushed = posts.length / (GATHER_SOCKETS + 1);
  expect([pushed, gathered.length]).toEqual([4, 4]);
  for (const { gather, sockets, group, committedAt } of gathered) {
    expect([gather, sockets.length, group]).toEqual([true, GATHER_SOCKETS + 1, `${conversationId}/0`]);
    expect(committedAt).toBeGreaterThan(0);
  }
});
