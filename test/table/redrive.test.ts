import { randomUUID } from 'node:crypto';
import { SQS } from '@aws-sdk/client-sqs';
import { beforeAll, expect, it } from 'vitest';
import type { Delivery } from '#domain/delivery.ts';
import { handler } from '#functions/realtime/fan-out.lambda.ts';
import { moveMessages } from '#local/queues.ts';
import { scope } from '#table/entity.ts';
import { emulatorEndpoint } from '#test/support/aws-env.ts';
import { CONVERSATION, created } from '#test/support/live.ts';
import { recordOf } from '#test/support/records.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
const { posts } = useSockets(scope('acme'));

const sqs = new SQS({ endpoint: emulatorEndpoint(), region: 'us-east-1' });
const aQueue = async (attributes: Record<string, string> = {}): Promise<string> => {
  const { QueueUrl } = await sqs.createQueue({
    QueueName: `test-${randomUUID()}.fifo`,
    Attributes: { FifoQueue: 'true', ...attributes },
  });
  return QueueUrl!;
};
const arnOf = async (QueueUrl: string): Promise<string> =>
  (await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['QueueArn'] })).Attributes!.QueueArn!;

let queue: string;
let dead: string;
beforeAll(async () => {
  dead = await aQueue();
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await arnOf(dead), maxReceiveCount: 1 });
  queue = await aQueue({ RedrivePolicy, VisibilityTimeout: '0' });
});

const deliveryOf = (seq: number, connectionId: string): Delivery => ({
  tenantId: 'acme',
  group: `socket/${connectionId}`,
  sockets: [{ userId: 'ada', connectionId, since: Date.now() - 60_000 }],
  users: [],
  events: [created(seq)],
});

it('a dead letter is put back, in the order of its group, and arrives', async () => {
  for (const seq of [1, 2, 3])
    await sqs.sendMessage({
      QueueUrl: queue,
      MessageBody: JSON.stringify(deliveryOf(seq, 'a1')),
      MessageGroupId: 'a1',
      MessageDeduplicationId: String(seq),
    });
  // Received once each and never deleted, they are dead.
  const inDead = async () =>
    Number(
      (await sqs.getQueueAttributes({ QueueUrl: dead, AttributeNames: ['ApproximateNumberOfMessages'] })).Attributes!
        .ApproximateNumberOfMessages,
    );
  while ((await inDead()) < 3) await sqs.receiveMessage({ QueueUrl: queue, MaxNumberOfMessages: 10 });

  const back = await aQueue();
  expect(await moveMessages(sqs, dead, back)).toBe(3);
  expect(await inDead()).toBe(0);
  expect(await moveMessages(sqs, dead, back)).toBe(0);

  const { Messages = [] } = await sqs.receiveMessage({ QueueUrl: back, MaxNumberOfMessages: 10 });
  const Records = Messages.map(({ MessageId, Body }) => recordOf(MessageId!, JSON.parse(Body!) as Delivery));
  expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
  expect(posts.map(({ socket, frame }) => ({ socket, frame }))).toEqual([
    { socket: 'a1', frame: { events: [created(1), created(2), created(3)] } },
  ]);
  expect(posts[0]!.frame.events[0]).toMatchObject({ conversationId: CONVERSATION });
});
