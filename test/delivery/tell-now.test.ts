import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import type { Event } from '#contract/events.ts';
import { tellNow } from '#delivery/tell-now.ts';
import { INLINE_SOCKETS } from '#domain/delivery.ts';
import { scope } from '#table/entity.ts';
import { CONVERSATION, failure, goneAnswer, socketOf, useLive } from '#test/support/live.ts';
import { useLog } from '#test/support/logged.ts';

const live = useLive();
const logged = useLog();
const tenant = scope('acme');

const TYPING: Event = {
  type: 'typing',
  conversationId: CONVERSATION,
  userId: 'ada',
  active: true,
  expiresAt: '2026-11-21T09:30:06.000Z',
};

it('tells every open socket once', async () => {
  live.setOpen([socketOf('bob', 'bob-1'), socketOf('bob', 'bob-2'), socketOf('cleo')]);
  await tellNow(tenant, ['bob', 'cleo', 'dora'], [TYPING]);
  expect(live.heard().sort()).toEqual(['bob-1', 'bob-2', 'cleo-1']);
  expect(live.posts.map(({ events }) => events)).toEqual(Array(3).fill([TYPING]));
});

it('leaves what a socket does not take, writes nothing and queues nothing', async () => {
  live.setOpen([socketOf('bob'), socketOf('cleo'), socketOf('dora'), socketOf('eve')]);
  live.answer('bob-1', goneAnswer());
  live.answer('cleo-1', failure('LimitExceededException', 429));
  live.answer('dora-1', failure('InternalServerError', 500));
  await tellNow(tenant, ['bob', 'cleo', 'dora', 'eve'], [TYPING]);
  expect(live.heard()).toEqual(['eve-1']);
  expect(live.queued()).toEqual([]);
  expect(live.removals()).toEqual([]);
});

it('reaches no more sockets than a send would', async () => {
  live.setOpen(Array.from({ length: INLINE_SOCKETS + 5 }, (_, index) => socketOf('bob', `bob-${index}`)));
  await tellNow(tenant, ['bob'], [TYPING]);
  expect(live.posts).toHaveLength(INLINE_SOCKETS);
  expect(live.queued()).toEqual([]);
});

it('raises nothing when sockets cannot be read, or nothing can be posted', async () => {
  live.table.on(BatchGetCommand).rejects(new Error('table down'));
  await tellNow(tenant, ['bob'], [TYPING]);
  expect(logged()).toMatchObject([{ event: 'sockets.unread' }]);
  live.table.on(BatchGetCommand).resolves({ Responses: {} });
  await tellNow(tenant, ['bob'], []);
  expect(live.posts).toEqual([]);
});
