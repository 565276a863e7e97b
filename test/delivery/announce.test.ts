import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { announce, NotAnnounced } from '#delivery/announce.ts';
import { openSocketsOf } from '#delivery/open-sockets.ts';
import { INLINE_SOCKETS } from '#domain/delivery.ts';
import { scope } from '#table/entity.ts';
import { CONVERSATION, created, failure, goneAnswer, socketOf, useLive } from '#test/support/live.ts';
import { useLog } from '#test/support/logged.ts';

const live = useLive();
const logged = useLog();
const acme = scope('acme');
const users = (count: number): string[] => Array.from({ length: count }, (_, index) => `user${index}`);
const say = (audience: Parameters<typeof announce>[1], conversationId: string | undefined = CONVERSATION) =>
  announce(acme, audience, conversationId, [created(1)]);

describe('an announcement', () => {
  it('reaches every open socket of every user, each once', async () => {
    live.setOpen([socketOf('ada', 'a1'), socketOf('ada', 'a2'), socketOf('bob', 'b1')]);
    expect(await say(['ada', 'bob', 'carol', 'ada'])).toEqual({ pushed: 3, queued: 0, gone: 0, failed: 0 });
    expect(live.heard().sort()).toEqual(['a1', 'a2', 'b1']);
    expect(live.posts[0]!.events).toEqual([created(1)]);
    expect(live.queued()).toEqual([]);
  });

  it('is encoded once for all', async () => {
    live.setOpen([socketOf('ada'), socketOf('bob')]);
    await say(['ada', 'bob']);
    expect(live.posts[0]!.data).toBe(live.posts[1]!.data);
  });

  it('reads a hundred users a call, eventually consistent', async () => {
    await say(users(250));
    const calls = live.table.commandCalls(BatchGetCommand).map(({ args }) => args[0].input.RequestItems!['table']!);
    expect(calls.map(({ Keys }) => Keys!.length)).toEqual([100, 100, 50]);
    expect(calls.map(({ ConsistentRead }) => ConsistentRead)).toEqual([false, false, false]);
  });

  it('reads nothing after the commit when the sockets were read beside it', async () => {
    live.setOpen([socketOf('ada')]);
    const open = openSocketsOf(acme, Promise.resolve(['ada']));
    await open;
    live.table.resetHistory();
    expect(await say(open)).toMatchObject({ pushed: 1 });
    expect(live.table.calls()).toHaveLength(0);
  });

  it('leaves out sockets that the gateway has closed by itself', async () => {
    live.setOpen([socketOf('ada', 'old', 2 * 3_600_000 + 1_000), socketOf('ada', 'new')]);
    await say(['ada']);
    expect(live.heard()).toEqual(['new']);
  });

  it('posts to a bounded number of sockets at once', async () => {
    live.setOpen(users(INLINE_SOCKETS).map((user) => socketOf(user)));
    expect(await say(users(INLINE_SOCKETS))).toMatchObject({ pushed: INLINE_SOCKETS });
    expect(live.mostAtOnce()).toBe(64);
  });

  it('sends a pointer for what fits no frame', async () => {
    live.setOpen([socketOf('ada')]);
    await announce(acme, ['ada'], CONVERSATION, [created(9, 20_000), created(10, 40_000)]);
    expect(live.posts.flatMap(({ events }) => events.map(({ type }) => type))).toEqual([
      'message:created',
      'sync:pointer',
    ]);
  });

  it('passes on that the audience is not known', async () => {
    await expect(say(Promise.reject(new Error('no audience')))).rejects.toThrow('no audience');
  });

  it('never becomes an unhandled rejection when the commit fails before anybody waits for its sockets', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    openSocketsOf(acme, Promise.reject(new Error('no audience')));
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

describe('a socket that says 410', () => {
  it('is removed when it is older than ten seconds, all of a user in one conditional update', async () => {
    live.setOpen([socketOf('ada', 'a1'), socketOf('ada', 'a2'), socketOf('bob', 'b1')]);
    live.answer('a1', goneAnswer());
    live.answer('a2', goneAnswer());
    expect(await say(['ada', 'bob'])).toEqual({ pushed: 1, queued: 0, gone: 2, failed: 0 });
    expect(live.removals()).toEqual([
      { pk: 'T#acme#U#ada', names: ['c_a1', 'c_a2'], condition: 'attribute_exists(pk)' },
    ]);
    expect(live.queued()).toEqual([]);
  });

  it('is tried again, not removed, while it is younger', async () => {
    live.setOpen([socketOf('ada', 'a1', 9_000)]);
    live.answer('a1', goneAnswer());
    expect(await say(['ada'])).toEqual({ pushed: 0, queued: 1, gone: 0, failed: 0 });
    expect(live.removals()).toEqual([]);
    expect(live.queued()).toMatchObject([{ delivery: { sockets: [{ connectionId: 'a1' }] } }]);
  });

  it('does not fail the send when it cannot be removed, but leaves a line', async () => {
    live.setOpen([socketOf('ada', 'a1')]);
    live.answer('a1', goneAnswer());
    live.table.rejects(new Error('table down'));
    const open = { sockets: [socketOf('ada', 'a1')], unread: [] };
    expect(await say(open)).toMatchObject({ gone: 1 });
    expect(logged()).toMatchObject([{ level: 'error', event: 'sockets.not_forgotten' }]);
  });
});

describe('what cannot be posted', () => {
  it.each([
    ['429', failure('LimitExceededException', 429)],
    ['500', failure('InternalServerError', 500)],
    ['no answer in time', failure('TimeoutError', 0)],
    ['no right to post', failure('ForbiddenException', 403)],
  ])('goes to the queue and the others hear it: %s', async (_, answer) => {
    live.setOpen([socketOf('ada', 'a1'), socketOf('bob', 'b1')]);
    live.answer('a1', answer);
    expect(await say(['ada', 'bob'])).toEqual({ pushed: 1, queued: 1, gone: 0, failed: 0 });
    expect(live.heard()).toEqual(['b1']);
    expect(live.queued()).toMatchObject([
      { delivery: { tenantId: 'acme', group: 'socket/a1', sockets: [{ connectionId: 'a1' }], events: [{ seq: 1 }] } },
    ]);
  });

  it('is queued from the first frame that was not taken, in order', async () => {
    live.setOpen([socketOf('ada', 'a1')]);
    live.answer('a1', undefined, failure('LimitExceededException', 429));
    await announce(acme, ['ada'], CONVERSATION, [created(1, 19_000), created(2, 19_000), created(3, 19_000)]);
    expect(live.posts.map(({ events }) => events)).toEqual([[created(1, 19_000)]]);
    expect(live.queued().map(({ delivery }) => delivery.events)).toEqual([[created(2, 19_000)], [created(3, 19_000)]]);
  });

  it('keeps the order of the conversation when many sockets fail together', async () => {
    live.setOpen(users(11).map((user) => socketOf(user)));
    for (const user of users(11)) live.answer(`${user}-1`, failure('LimitExceededException', 429));
    expect(await say(users(11))).toMatchObject({ queued: 11 });
    expect(live.queued()).toMatchObject([{ delivery: { group: `${CONVERSATION}/0` } }]);
    expect(live.queued()[0]!.delivery.sockets).toHaveLength(11);
  });

  it('has an id of its own in the queue, and a group that tells nothing and differs between tenants', async () => {
    live.setOpen(users(11).map((user) => socketOf(user)));
    for (const tenant of ['acme', 'globex']) {
      for (const user of users(11)) live.answer(`${user}-1`, failure('LimitExceededException', 429));
      await announce(scope(tenant), users(11), CONVERSATION, [created(1)]);
    }
    const [acmes, globexes] = live.queued();
    expect(acmes!.deduplicationId).not.toBe(globexes!.deduplicationId);
    expect(acmes!.groupId).not.toBe(globexes!.groupId);
    expect(acmes!.groupId).toMatch(/^[\w-]{43}$/);
  });
});

describe('a large audience', () => {
  it('goes to the queue as a whole, in slices', async () => {
    live.setOpen(users(INLINE_SOCKETS + 1).map((user) => socketOf(user)));
    expect(await say(users(INLINE_SOCKETS + 1))).toEqual({ pushed: 0, queued: INLINE_SOCKETS + 1, gone: 0, failed: 0 });
    expect(live.heard()).toEqual([]);
    expect(live.queued().flatMap(({ delivery }) => delivery.sockets)).toHaveLength(INLINE_SOCKETS + 1);
  });

  it('is read only until it is known to be large; the queue gets the other users unread', async () => {
    live.setOpen(users(2_500).map((user) => socketOf(user)));
    expect(await say(users(2_500))).toEqual({ pushed: 0, queued: 2_500, gone: 0, failed: 0 });
    expect(live.table.commandCalls(BatchGetCommand)).toHaveLength(10);
    expect(live.queued().flatMap(({ delivery }) => delivery.sockets)).toHaveLength(1_000);
    expect(live.queued().flatMap(({ delivery }) => delivery.users)).toHaveLength(1_500);
  });

  it('is left to the queue unread when it cannot be read', async () => {
    live.table.on(BatchGetCommand).rejects(new Error('table down'));
    expect(await say(['ada', 'bob'])).toEqual({ pushed: 0, queued: 2, gone: 0, failed: 0 });
    expect(live.queued()).toMatchObject([{ delivery: { sockets: [], users: ['ada', 'bob'] } }]);
    expect(logged()).toMatchObject([{ level: 'error', event: 'sockets.unread' }]);
  });

  it('fits the queue: ten messages and 256 KB a call, the order within a group kept', async () => {
    const many = users(4_000).map((user) => user.padEnd(64, '-'));
    live.setOpen(many.map((user) => socketOf(user)));
    await announce(acme, many, CONVERSATION, [created(1, 19_000), created(2, 19_000)]);
    for (const { args } of live.queue.commandCalls(SendMessageBatchCommand)) {
      const entries = args[0].input.Entries ?? [];
      expect(entries.length).toBeLessThanOrEqual(10);
      expect(
        entries.reduce((sum: number, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0),
      ).toBeLessThan(256 * 1024);
    }
    for (const [, queued] of Map.groupBy(live.queued(), ({ groupId }) => groupId)) {
      const numbers = queued.map(({ delivery: { events } }) => (events[0] as { seq: number }).seq);
      expect(numbers).toEqual([...numbers].sort());
    }
  });
});

describe('the queue', () => {
  const failing = (): void => {
    live.setOpen([socketOf('ada', 'a1'), socketOf('bob', 'b1'), socketOf('carol', 'c1')]);
    live.answer('a1', failure('LimitExceededException', 429));
    live.answer('b1', failure('LimitExceededException', 429));
  };

  it('is asked again for the entries it refused', async () => {
    failing();
    live.queue
      .on(SendMessageBatchCommand)
      .resolvesOnce({ Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }], Successful: [] })
      .resolves({});
    expect(await say(['ada', 'bob', 'carol'])).toEqual({ pushed: 1, queued: 2, gone: 0, failed: 0 });
    const [first, second] = live.queue.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input.Entries!);
    expect(second!.map((entry: { MessageDeduplicationId: string }) => entry.MessageDeduplicationId)).toEqual([
      first![1]!.MessageDeduplicationId,
    ]);
  });

  it('fails the send, with what became of it, when a socket could be neither posted to nor queued', async () => {
    failing();
    live.queue.on(SendMessageBatchCommand).rejects(new Error('queue down'));
    const refused = await say(['ada', 'bob', 'carol']).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(NotAnnounced);
    expect((refused as NotAnnounced).announcement).toEqual({ pushed: 1, queued: 0, gone: 0, failed: 2 });
    expect(logged().at(-1)).toMatchObject({
      level: 'error',
      event: 'announce.failed',
      message: 'Error: queue down',
      failed: 2,
    });
  });
});
