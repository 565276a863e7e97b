import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import type { Delivery } from '#domain/delivery.ts';
import { handler as command } from '#functions/realtime/command.lambda.ts';
import { handler } from '#functions/realtime/fan-out.lambda.ts';
import { created, failure, goneAnswer, socketOf, useLive } from '#test/support/live.ts';
import { useLog } from '#test/support/logged.ts';
import { recordOf } from '#test/support/records.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

const live = useLive();
const logged = useLog();

const always = () => Array.from({ length: 100 }, () => failure('LimitExceededException', 429));
const ada = socketOf('ada', 'a1');
const own: Delivery = { tenantId: 'acme', group: 'socket/a1', sockets: [ada], users: [], events: [created(1)] };
const run = async (receives: number, ...deliveries: readonly Delivery[]) => {
  const Records = deliveries.map((delivery, index) => recordOf(String(index), delivery, { receives }));
  return (await handler({ Records })).batchItemFailures.length;
};
const pauses = () =>
  live.table.commandCalls(UpdateCommand).map(({ args }) => args[0].input.ExpressionAttributeNames['#paused']);

describe('a socket that keeps failing', () => {
  it('is marked the third time its group comes, loses what is queued for it, and is to be told so', async () => {
    live.answer('a1', ...always());
    expect(await run(1, own)).toBe(1);
    expect(await run(2, own)).toBe(1);
    expect([pauses(), live.queued()]).toEqual([[], []]);
    expect(await run(3, own, { ...own, events: [created(2)] })).toBe(0);
    expect(pauses()).toEqual(['p_a1']);
    expect(live.queued()).toMatchObject([
      { delivery: { group: 'required/a1', sockets: [{ connectionId: 'a1' }], events: [{ type: 'sync:required' }] } },
    ]);
    expect(logged().at(-1)).toMatchObject({ event: 'fan_out', Stragglers: 1 });
  });

  it('is told once, however many of its groups are given up', async () => {
    live.answer('a1', ...always());
    await run(3, own);
    await run(4, { ...own, events: [created(2)] });
    const ids = live.queued().map(({ deduplicationId }) => deduplicationId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('is told again and again until it takes it, is gone, or is two hours old', async () => {
    live.answer('a1', ...always());
    await run(3, own);
    const { delivery, deduplicationId } = live.queued()[0]!;
    live.table.resetHistory();
    expect([await run(1, delivery), await run(2, delivery), await run(3, delivery)]).toEqual([1, 1, 0]);
    expect(pauses()).toEqual([]);
    const again = live.queued()[1]!;
    expect(again.delivery).toMatchObject({ group: 'required/a1', events: [{ type: 'sync:required' }] });
    expect(again.deduplicationId).not.toBe(deduplicationId);
    live.answer('a1');
    expect(await run(1, again.delivery)).toBe(0);
    expect(live.posts.map(({ events }) => events)).toEqual([[{ type: 'sync:required' }]]);
    live.answer('a1', goneAnswer());
    expect(await run(1, again.delivery)).toBe(0);
    expect(live.removals()).toMatchObject([{ names: ['c_a1'] }]);
    live.answer('a1', ...always());
    const old = { ...again.delivery, sockets: [socketOf('ada', 'a1', 2 * 3_600_000 + 1_000)] };
    expect(await run(3, old)).toBe(0);
    expect(live.queued()).toHaveLength(2);
  });

  it('that has closed meanwhile is told nothing', async () => {
    live.answer('a1', ...always());
    live.table.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ message: 'not there', $metadata: {} }));
    expect(await run(3, own)).toBe(0);
    expect(live.queued()).toEqual([]);
  });

  it('stays queued when it can be neither marked nor told', async () => {
    live.answer('a1', ...always());
    live.queue.on(SendMessageBatchCommand).rejects(failure('QueueDoesNotExist', 400));
    expect(await run(3, own)).toBe(1);
    live.table.on(UpdateCommand).rejects(failure('ValidationException', 400));
    expect(await run(3, own)).toBe(1);
  });

  it('among others goes on alone first: their group is not given up', async () => {
    live.answer('a1', ...always());
    const sockets = [ada, socketOf('bob', 'b1')];
    expect(await run(3, { ...own, group: 'cnv/0', sockets })).toBe(0);
    expect(pauses()).toEqual([]);
    expect(live.queued()).toMatchObject([{ delivery: { group: 'socket/a1' } }]);
  });
});

it('a socket that says pause is marked, and is sent no answer', async () => {
  const authorizer = { tenantId: 'acme', userId: 'ada', roles: 'user' };
  await command({
    requestContext: { eventType: 'MESSAGE', connectionId: 'a1', requestId: 'request-1', authorizer },
    body: '{"action":"pause","id":"1"}',
  });
  expect(pauses()).toEqual(['p_a1']);
  expect(live.posts).toEqual([]);
});
