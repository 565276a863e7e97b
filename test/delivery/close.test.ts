import { DeleteConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { closeAll, closeSurely } from '#delivery/close.ts';
import { fanOut } from '#delivery/fan-out.ts';
import { scope } from '#table/entity.ts';
import { failure, goneAnswer, socketOf, useLive } from '#test/support/live.ts';
import { useLog } from '#test/support/logged.ts';

const live = useLive();
useLog();
const ACME = scope('acme');

const closed = () => live.gateway.commandCalls(DeleteConnectionCommand).map(({ args }) => args[0].input.ConnectionId);
const refusing = (...ids: readonly string[]) =>
  live.gateway.on(DeleteConnectionCommand).callsFake(({ ConnectionId }: { ConnectionId: string }) => {
    if (ids.includes(ConnectionId)) throw failure('LimitExceededException', 429);
    return {};
  });

it('closes every socket; one that is closed already is closed', async () => {
  live.gateway.on(DeleteConnectionCommand).rejectsOnce(goneAnswer()).resolves({});
  expect(await closeAll([socketOf('ada', 'a1'), socketOf('ada', 'a2')])).toEqual([]);
  expect(closed()).toEqual(['a1', 'a2']);
});

it('leaves to the fan-out function what could not be closed, which tries until it is', async () => {
  refusing('a2');
  await closeSurely(ACME, [socketOf('ada', 'a1'), socketOf('ada', 'a2')]);
  const [{ delivery } = { delivery: undefined }, ...more] = live.queued();
  expect(more).toEqual([]);
  expect(delivery).toMatchObject({ close: true, group: 'socket/a2', events: [], sockets: [{ connectionId: 'a2' }] });
  expect(await fanOut([{ deliveries: [delivery!], receives: 1 }])).toMatchObject([{ failed: true }]);
  refusing();
  expect(await fanOut([{ deliveries: [delivery!], receives: 1 }])).toMatchObject([{ failed: false }]);
  expect(closed()).toEqual(['a1', 'a2', 'a2', 'a2']);
  expect(live.posts).toEqual([]);
});

it('fails when the queue does not take it either', async () => {
  refusing('a1');
  live.queue.on(SendMessageBatchCommand).rejects(failure('QueueDoesNotExist', 400));
  await expect(closeSurely(ACME, [socketOf('ada', 'a1')])).rejects.toThrow('1 sockets could not be closed');
});
