import { ChangeMessageVisibilityCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Delivery } from '#domain/delivery.ts';
import { handler } from '#functions/realtime/fan-out.lambda.ts';
import { CONVERSATION, created, failure, goneAnswer, socketOf, useLive } from '#test/support/live.ts';
import { useLog } from '#test/support/logged.ts';

const paused = vi.hoisted(() => [] as number[]);
vi.mock('node:timers/promises', () => ({
  setTimeout: async (milliseconds: number) => {
    paused.push(milliseconds);
  },
}));

const live = useLive();
const logged = useLog();
beforeEach(() => {
  paused.length = 0;
});

const throttled = () => failure('LimitExceededException', 429);
/** Enough refusals for every try of one invocation. */
const always = (answer: () => Error) => Array.from({ length: 10 }, answer);

const recordOf = (messageId: string, group: string, body: string): SQSRecord => ({
  messageId,
  receiptHandle: messageId,
  body,
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'test',
    ApproximateFirstReceiveTimestamp: '0',
    MessageGroupId: group,
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn',
  awsRegion: 'us-east-1',
});

const delivery = (messageId: string, parts: Partial<Delivery>): SQSRecord => {
  const group = parts.group ?? `${CONVERSATION}/0`;
  const whole = { tenantId: 'acme', group, sockets: [], users: [], events: [created(1)], ...parts };
  return recordOf(messageId, group, JSON.stringify(whole));
};

const run = async (...Records: SQSRecord[]): Promise<string[]> => {
  const event: SQSEvent = { Records };
  return (await handler(event)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
};

it('packs what a batch holds for a socket into one frame, in order', async () => {
  const [ada, bob] = [socketOf('ada', 'a1'), socketOf('bob', 'b1')];
  expect(
    await run(
      delivery('1', { sockets: [ada, bob], events: [created(1)] }),
      delivery('2', { sockets: [ada], events: [created(2)] }),
      delivery('3', { sockets: [bob, ada], events: [created(3)] }),
    ),
  ).toEqual([]);
  expect(live.posts.map(({ connectionId, events }) => [connectionId, events])).toEqual([
    ['a1', [created(1), created(2), created(3)]],
    ['b1', [created(1), created(3)]],
  ]);
  expect(logged()).toMatchObject([{ event: 'fan_out', records: 3, pushed: 2, failed: 0 }]);
});

it('reads the sockets of users that the send left unread', async () => {
  live.setOpen([socketOf('ada', 'a1'), socketOf('ada', 'a2')]);
  expect(await run(delivery('1', { users: ['ada', 'bob'] }))).toEqual([]);
  expect(live.heard()).toEqual(['a1', 'a2']);
});

it('leaves out sockets that have been closed since', async () => {
  await run(delivery('1', { sockets: [socketOf('ada', 'a1', 2 * 3_600_000 + 1_000)] }));
  expect(live.heard()).toEqual([]);
});

it('tries a failing socket again, with growing pauses', async () => {
  live.answer('a1', throttled(), failure('TimeoutError', 0));
  expect(await run(delivery('1', { sockets: [socketOf('ada', 'a1')] }))).toEqual([]);
  expect(live.heard()).toEqual(['a1']);
  expect(paused).toHaveLength(2);
  expect(paused[1]).toBeGreaterThanOrEqual(300);
  expect(live.queued()).toEqual([]);
});

it('posts only what is left when it tries again', async () => {
  live.answer('a1', undefined, throttled());
  await run(delivery('1', { sockets: [socketOf('ada', 'a1')], events: [created(1, 19_000), created(2, 19_000)] }));
  expect(live.posts.map(({ events }) => events)).toEqual([[created(1, 19_000)], [created(2, 19_000)]]);
});

it('tries a young socket that says 410 again, and removes an old one', async () => {
  live.answer('young', goneAnswer());
  live.answer('old', goneAnswer());
  expect(await run(delivery('1', { sockets: [socketOf('ada', 'young', 1_000), socketOf('bob', 'old')] }))).toEqual([]);
  expect(live.heard()).toEqual(['young']);
  expect(live.removals()).toMatchObject([{ pk: 'T#acme#U#bob', names: ['c_old'] }]);
});

it('sets a socket that keeps failing apart, so that the others hear nothing twice', async () => {
  live.answer('a1', ...always(throttled));
  const sockets = [socketOf('ada', 'a1'), socketOf('bob', 'b1')];
  expect(await run(delivery('1', { sockets }), delivery('2', { sockets, events: [created(2)] }))).toEqual([]);
  expect(live.heard()).toEqual(['b1']);
  expect(live.queued()).toMatchObject([
    {
      delivery: { group: 'socket/a1', sockets: [{ connectionId: 'a1' }], users: [], events: [{ seq: 1 }, { seq: 2 }] },
    },
  ]);
});

it('gives back all records of a group of its own that still fails, and none of another group', async () => {
  live.answer('a1', ...always(throttled));
  const sockets = [socketOf('ada', 'a1')];
  expect(
    await run(
      delivery('1', { sockets, group: 'socket/a1' }),
      delivery('2', { sockets: [socketOf('bob', 'b1')], group: 'socket/b1' }),
      delivery('3', { sockets, group: 'socket/a1', events: [created(2)] }),
    ),
  ).toEqual(['1', '3']);
  expect(live.heard()).toEqual(['b1']);
  expect(live.queued()).toEqual([]);
});

it('gives a group back when many sockets fail and none takes anything: the fault is not theirs', async () => {
  const sockets = Array.from({ length: 11 }, (_, index) => socketOf('ada', `a${index}`));
  for (const { connectionId } of sockets) live.answer(connectionId, ...always(throttled));
  expect(await run(delivery('1', { sockets }), delivery('2', { sockets }))).toEqual(['1', '2']);
  expect(live.queued()).toEqual([]);
});

it('gives a group back when failing sockets cannot be set apart', async () => {
  live.answer('a1', ...always(throttled));
  live.queue.on(SendMessageBatchCommand).rejects(new Error('queue down'));
  expect(await run(delivery('1', { sockets: [socketOf('ada', 'a1'), socketOf('bob', 'b1')] }))).toEqual(['1']);
});

it('gives a group back when its users cannot be read, and none of another group', async () => {
  live.table.on(BatchGetCommand).rejects(new Error('table down'));
  expect(
    await run(
      delivery('1', { users: ['ada'] }),
      delivery('2', { group: 'socket/b1', sockets: [socketOf('bob', 'b1')] }),
    ),
  ).toEqual(['1']);
});

it.each([
  ['not JSON', 'secret words {'],
  ['not a delivery', JSON.stringify({ tenantId: 'acme', text: 'secret words' })],
  [
    'an unknown event',
    JSON.stringify({ tenantId: 'acme', group: 'g', sockets: [], users: [], events: [{ type: 'secret words' }] }),
  ],
])('fails a record that cannot be read alone, and says so without quoting it: %s', async (_, body) => {
  const ada = socketOf('ada', 'a1');
  const group = `${CONVERSATION}/0`;
  expect(
    await run(delivery('1', { sockets: [ada] }), recordOf('2', group, body), delivery('3', { sockets: [ada] })),
  ).toEqual(['2']);
  expect(live.heard()).toEqual(['a1']);
  expect(logged()[0]).toMatchObject({ level: 'error', event: 'record.unreadable', messageId: '2', receives: 1 });
  expect(JSON.stringify(logged())).not.toContain('secret words');
});

it.each([
  ['1', 2],
  ['2', 15],
  ['3', 60],
  ['4', 120],
])(
  'gives a group that was received %s times out again in %i seconds, all of it',
  async (receives, VisibilityTimeout) => {
    live.table.on(BatchGetCommand).rejects(new Error('table down'));
    live.queue.on(ChangeMessageVisibilityCommand).resolves({});
    const records = ['1', '2'].map((id) => delivery(id, { users: ['ada'] }));
    for (const { attributes } of records) attributes.ApproximateReceiveCount = receives;
    expect(await run(...records)).toEqual(['1', '2']);
    expect(
      live.queue
        .commandCalls(ChangeMessageVisibilityCommand)
        .map(({ args }) => [args[0].input.ReceiptHandle, args[0].input.VisibilityTimeout]),
    ).toEqual([
      ['1', VisibilityTimeout],
      ['2', VisibilityTimeout],
    ]);
  },
);

it('keeps tenants apart that happen to share a batch', async () => {
  const open = socketOf('ada', 'a1');
  live.setOpen([open]);
  await run(delivery('1', { users: ['ada'] }), delivery('2', { users: ['ada'], tenantId: 'globex', group: 'other' }));
  const keys = live.table
    .commandCalls(BatchGetCommand)
    .flatMap(({ args }) => args[0].input.RequestItems!['table']!.Keys!.map((key: { pk: string }) => key['pk']));
  expect(keys.sort()).toEqual(['T#acme#U#ada', 'T#globex#U#ada']);
});
