/** A room over virtual time: real sends' announcements, a queue that keeps the order of a group, and the fan-out function. */
import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { announce } from '#delivery/announce.ts';
import { isHot } from '#domain/hot-room.ts';
import { handler } from '#functions/realtime/fan-out.lambda.ts';
import { scope } from '#table/entity.ts';
import { headAfter } from '#test/support/heads.ts';
import { CONVERSATION, created, failure, socketOf, useLive } from '#test/support/live.ts';
import { useLog } from '#test/support/logged.ts';

/** What the queue and the function's start take (ms). */
const ON_THE_WAY = 30;
const START = Date.UTC(2026, 10, 21, 9, 30);
const SOCKETS = 50;

vi.mock('node:timers/promises', () => ({
  setTimeout: async (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds),
}));

const live = useLive();
useLog();
beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const record = (delivery: unknown, index: number): SQSRecord =>
  ({
    messageId: String(index),
    body: JSON.stringify(delivery),
    attributes: { MessageGroupId: 'group', ApproximateReceiveCount: '1' },
  }) as unknown as SQSRecord;

/** Sends at these times, and what became of it: frames of each socket, and for how long each message was on its way. */
async function room(times: readonly number[], sockets = SOCKETS) {
  const audience = { sockets: Array.from({ length: sockets }, (_, index) => socketOf(`u${index}`)), unread: [] };
  const sent = new Map<number, number>();
  const delays: number[] = [];
  const frames: number[][] = [];
  let taken = 0;
  let invocations = 0;
  let next = 0;
  /** What was posted since it was last asked, as one socket heard it. */
  const listen = (at: number) => {
    for (const { connectionId, events } of live.posts.splice(0)) {
      if (connectionId !== audience.sockets[0]?.connectionId) continue;
      const numbers = events.flatMap((event) => (event.type === 'message:created' ? [event.seq] : []));
      frames.push(numbers);
      delays.push(...numbers.map((seq) => at - sent.get(seq)!));
    }
  };
  const sendUntil = async (until: number) => {
    const reached = Date.now();
    for (let at = times[next]; at !== undefined && at <= until; at = times[++next]) {
      vi.setSystemTime(at);
      sent.set(next + 1, at);
      const gather = isHot(headAfter(times.slice(0, next + 1)), at);
      const told = await announce(scope('acme'), audience, CONVERSATION, [created(next + 1)], { gather });
      expect(told.pushed + told.queued).toBe(sockets);
      listen(at);
    }
    vi.setSystemTime(Math.max(reached, Date.now()));
  };
  while (next < times.length || taken < live.queued().length) {
    const waiting = live.queued().slice(taken, taken + 10);
    if (waiting.length === 0) {
      await sendUntil(times[next]!);
      continue;
    }
    const started = Date.now() + ON_THE_WAY;
    await sendUntil(started);
    vi.setSystemTime(started);
    const batch = live.queued().slice(taken, taken + 10);
    taken += batch.length;
    invocations++;
    const { batchItemFailures } = await handler({
      Records: batch.map(({ delivery }, index) => record(delivery, index)),
    });
    expect(batchItemFailures).toEqual([]);
    listen(started);
    // What was sent while the function held the group.
    await sendUntil(Date.now());
  }
  return { frames, delays, invocations };
}

const every = (gap: number, count: number) => Array.from({ length: count }, (_, index) => START + (index + 1) * gap);

it('at 20 messages a second takes at most a quarter of a frame for each, 250 ms at most, in order', async () => {
  const { frames, delays } = await room(every(50, 160));
  expect(frames.flat()).toEqual(Array.from({ length: 160 }, (_, index) => index + 1));
  expect(frames.length / 160).toBeLessThanOrEqual(0.25);
  expect(Math.max(...delays)).toBeLessThanOrEqual(250);
});

it('below two messages a second takes one frame for each, at once', async () => {
  const { frames, delays, invocations } = await room(every(501, 30));
  expect(frames).toEqual(Array.from({ length: 30 }, (_, index) => [index + 1]));
  expect(Math.max(...delays)).toBe(0);
  expect(invocations).toBe(0);
});

it('with more in the queue than one batch holds nothing back', async () => {
  const { frames, delays } = await room(every(4, 200));
  expect(frames.flat()).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  expect(frames.length / 200).toBeLessThanOrEqual(0.125);
  expect(Math.max(...delays)).toBeLessThanOrEqual(250);
});

it('with few sockets pushes each at once: the queue would cost more than it saves', async () => {
  const { frames, invocations } = await room(every(50, 40), 20);
  expect(frames).toHaveLength(40);
  expect(invocations).toBe(0);
});

it('does not wait for a socket that fails: it goes on in a group of its own', async () => {
  live.answer('u7-1', failure('LimitExceededException', 429));
  const started = Date.now();
  const delivery = {
    tenantId: 'acme',
    group: `${CONVERSATION}/0`,
    sockets: Array.from({ length: SOCKETS }, (_, index) => socketOf(`u${index}`)),
    users: [],
    events: [created(1)],
    gather: true,
  };
  expect(await handler({ Records: [record(delivery, 0)] })).toEqual({ batchItemFailures: [] });
  expect(Date.now() - started).toBeLessThanOrEqual(218);
  expect(live.queued()).toMatchObject([{ delivery: { group: 'socket/u7-1', events: [created(1)] } }]);
});
