import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { documents } from '#aws/documents.ts';
import { Meter, usageOf } from '#bench/meter.ts';
import { api } from '#contract/api.ts';
import { ENV } from '#contract/environment.ts';
import { Delivery } from '#domain/delivery.ts';
import { handler as messages } from '#functions/api/messages/messages.lambda.ts';
import { handler as receipts } from '#functions/api/receipts/receipts.lambda.ts';
import { handler as users } from '#functions/api/users/users.lambda.ts';
import { handler } from '#functions/realtime/fan-out.lambda.ts';
import { scope } from '#table/entity.ts';
import { MemberCountEntity } from '#table/member-count.ts';
import { TABLE } from '#table/schema.ts';
import { tableName } from '#table/table-name.ts';
import { stubService } from '#test/support/aws-stub.ts';
import { call } from '#test/support/call.ts';
import { aGroup, someClientId } from '#test/support/conversations.ts';
import { recordOf } from '#test/support/records.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
const tenant = scope('acme');
const { posts, connect } = useSockets(tenant);
const queue = stubService('sqs');
process.env[ENV.stragglersUrl] = 'https://sqs.test/stragglers.fifo';

const MEMBERS = 61;
const names = ['ada', ...Array.from({ length: MEMBERS - 1 }, (_, index) => `m${index}`)];
const SECOND = Math.floor(Date.now() / 1_000) * 1_000;
let conversationId: string;
let seq: number;

beforeEach(async () => {
  vi.useFakeTimers({ now: SECOND, toFake: ['Date'] });
  queue.reset();
  conversationId = await aGroup(tenant, names);
  // As many as a conversation is made with; what decides is what the count says.
  await documents.update({
    TableName: tableName(),
    Key: MemberCountEntity.key(tenant, conversationId),
    UpdateExpression: 'SET members = :members',
    ExpressionAttributeValues: { ':members': 101 },
  });
  for (const userId of ['ada', 'm0', 'm1']) await connect(userId);
  const { body } = await call(messages, api.messages.sendMessage, {
    conversationId,
    clientId: someClientId(),
    body: { type: 'text', text: 'hello' },
  });
  seq = Number(body['seq']);
  posts.length = 0;
  queue.reset();
});
afterEach(() => {
  vi.useRealTimers();
});

const mark = (kind: 'markRead' | 'markDelivered', userId: string) =>
  call(receipts, api.receipts[kind], { conversationId, seq }, { userId });
const asked = () =>
  queue
    .commandCalls(SendMessageBatchCommand)
    .flatMap(
      ({ args }) =>
        args[0].input.Entries as { MessageBody: string; MessageGroupId: string; MessageDeduplicationId: string }[],
    );
const run = async (body: string, at: number) => {
  vi.setSystemTime(at);
  const { batchItemFailures } = await handler({ Records: [recordOf('1', Delivery.parse(JSON.parse(body)))] });
  return batchItemFailures.length;
};
const heard = (socket: string) =>
  posts
    .filter((post) => post.socket === socket)
    .flatMap(({ frame }) => frame.events.filter(({ type }) => type === 'receipts'));

it('is one a second in a large conversation: who was reached, who has read, who is online', async () => {
  await mark('markDelivered', 'm0');
  await mark('markRead', 'm1');
  await mark('markDelivered', 'm2');
  const [first, ...others] = asked();
  expect(others.map(({ MessageDeduplicationId }) => MessageDeduplicationId)).toEqual(
    others.map(() => first!.MessageDeduplicationId),
  );
  expect(await run(first!.MessageBody, SECOND + 1_000)).toBe(0);
  const summary = { type: 'receipts', conversationId, seq, delivered: 3, read: 1, online: 3, members: MEMBERS };
  for (const socket of ['ada=', 'm0=', 'm1=']) expect(heard(socket)).toEqual([summary]);
  expect(posts.flatMap(({ frame }) => frame.events).filter(({ type }) => type === 'read')).toHaveLength(1);
  vi.setSystemTime(SECOND + 1_001);
  queue.reset();
  await mark('markRead', 'm2');
  expect(asked()).toMatchObject([{ MessageGroupId: first!.MessageGroupId }]);
  expect(asked()[0]!.MessageDeduplicationId).not.toBe(first!.MessageDeduplicationId);
});

it('waits in the queue for the end of its second', async () => {
  await mark('markRead', 'm1');
  const { MessageBody } = asked()[0]!;
  expect(await run(MessageBody, SECOND + 300)).toBe(1);
  expect(heard('ada=')).toEqual([]);
  expect(queue.commandCalls(ChangeMessageVisibilityCommand).map(({ args }) => args[0].input)).toMatchObject([
    { ReceiptHandle: 'handle-1', VisibilityTimeout: 1 },
  ]);
  expect(await run(MessageBody, SECOND + 1_000)).toBe(0);
  expect(heard('ada=')).toHaveLength(1);
});

it('leaves out the reading of those who keep it to themselves, and not that it reached them', async () => {
  await call(users, api.users.getMe, {}, { userId: 'm3' });
  await call(users, api.users.updateMe, { version: 1, privacy: { readReceipts: false } }, { userId: 'm3' });
  await mark('markRead', 'm3');
  // Nor is its author counted.
  await mark('markRead', 'ada');
  await run(asked()[0]!.MessageBody, SECOND + 1_000);
  expect(heard('ada=')).toMatchObject([{ delivered: 1, read: 0 }]);
});

it('costs about 0.55 read units a member', async () => {
  await mark('markRead', 'm1');
  const { MessageBody } = asked()[0]!;
  const meter = new Meter(DynamoDBDocumentClient.from(new DynamoDBClient({})), [TABLE.byUser]).watchFunctions();
  await run(MessageBody, SECOND + 1_000);
  const { reads, writes } = usageOf(meter.take());
  expect(writes).toBe(0);
  expect(reads).toBeLessThanOrEqual(0.55 * MEMBERS + 2);
});
