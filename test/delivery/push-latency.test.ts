import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { announce } from '#delivery/announce.ts';
import { handler } from '#functions/realtime/fan-out.lambda.ts';
import { countedSince } from '#runtime/metrics.ts';
import { scope } from '#table/entity.ts';
import { CONVERSATION, created, goneAnswer, socketOf, useLive } from '#test/support/live.ts';
import { useLog } from '#test/support/logged.ts';
import { recordOf } from '#test/support/records.ts';

const live = useLive();
const logged = useLog();
beforeEach(() => {
  vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
  countedSince();
});
afterEach(() => {
  vi.useRealTimers();
});

it('measures how long it took from when it was stored, where that is known and somebody was reached', async () => {
  live.setOpen([socketOf('ada', 'a1')]);
  const told = (committedAt?: number) =>
    announce(scope('acme'), ['ada'], CONVERSATION, [created(1)], committedAt === undefined ? {} : { committedAt });
  await told(Date.now() - 40);
  expect(countedSince()).toMatchObject({ Delivered: 1, PushLatency: [40] });
  await told(Date.now() + 5);
  expect(countedSince()).toMatchObject({ PushLatency: [0] });
  await told();
  live.answer('a1', goneAnswer());
  await told(Date.now() - 40);
  const last = countedSince();
  expect(last).toMatchObject({ SocketsGone: 1 });
  expect(last).not.toHaveProperty('PushLatency');
});

it('is measured for what went through the queue, too, with the events of a frame', async () => {
  const whole = { tenantId: 'acme', group: CONVERSATION, sockets: [socketOf('ada', 'a1')], users: [] };
  const at = Date.now();
  await handler({
    Records: [
      recordOf('1', { ...whole, events: [created(1)], committedAt: at - 200 }),
      recordOf('2', { ...whole, events: [created(2), created(3)], committedAt: at - 100 }),
      recordOf('3', { ...whole, events: [created(4)] }),
    ],
  });
  expect(logged().at(-1)).toMatchObject({ event: 'fan_out', PushLatency: [200, 100], EventsPerFrame: [4] });
});
