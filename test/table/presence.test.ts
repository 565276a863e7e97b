import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { transport } from '#aws/transport.ts';
import { api } from '#contract/api.ts';
import type { Event } from '#contract/events.ts';
import { MOST_WATCHED } from '#contract/presence.ts';
import { forget } from '#delivery/post.ts';
import { handler as users } from '#functions/api/users/users.lambda.ts';
import { blockUser, unblockUser } from '#table/block.ts';
import { openConnection, pauseConnection } from '#table/connection.ts';
import { scope } from '#table/entity.ts';
import { TABLE } from '#table/schema.ts';
import { tableName } from '#table/table-name.ts';
import { WatchEntity } from '#table/watch.ts';
import { call } from '#test/support/call.ts';
import { someClientId } from '#test/support/conversations.ts';
import { peopleOf } from '#test/support/presence.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
let tenants = 0;
let tenantId: string;
const sockets = useSockets(scope('unused'));
let people: ReturnType<typeof peopleOf>;
const HOUR = 3_600_000;

const heardBy = (connectionId: string): Event[] =>
  sockets.posts.filter(({ socket }) => socket === connectionId).flatMap(({ frame }) => frame.events);

beforeEach(() => {
  tenantId = `presence-${tenants++}`;
  sockets.posts.length = 0;
  people = peopleOf(tenantId, heardBy);
});

const tenant = () => scope(tenantId);
const asked = async (userId: string, userIds: readonly string[]) => {
  const { status, body } = await call(users, api.users.getPresence, { userIds: userIds.join() }, { userId, tenantId });
  expect(status).toBe(200);
  return body['items'];
};
const online = (userId: string) => ({ userId, online: true, lastSeenAt: null });
const away = (userId: string) => ({ userId, online: false, lastSeenAt: expect.any(String) });
const unknown = (userId: string) => ({ userId, online: false, lastSeenAt: null });

describe('who watches', () => {
  it('is told at once how everybody is, in one frame, as a request is', async () => {
    await people.comes('ada');
    await people.comes('bob');
    await people.comes('cleo');
    await people.goes('cleo');
    await people.watches('ada', ['bob', 'cleo', 'dora', 'bob']);
    expect(people.told('ada=')).toEqual([online('bob'), away('cleo'), unknown('dora')]);
    expect(sockets.posts).toHaveLength(1);
    expect(await asked('ada', ['bob', 'cleo', 'dora'])).toEqual(people.told('ada='));
  });

  it('is told of the first socket and of the end of the last, not of those between', async () => {
    await people.comes('ada');
    await people.watches('ada', ['bob']);
    await people.comes('bob', 'phone=');
    await people.comes('bob', 'laptop=');
    await people.goes('bob', 'phone=');
    // A reconnect opens the new socket before it drops the old one.
    await people.comes('bob', 'laptop2=');
    await people.goes('bob', 'laptop=');
    expect(people.told('ada=')).toEqual([unknown('bob'), online('bob')]);
    const before = Date.now();
    await people.goes('bob', 'laptop2=');
    const { lastSeenAt } = people.told('ada=')[2]!;
    expect(Date.parse(lastSeenAt!)).toBeGreaterThanOrEqual(before);
    expect(people.told('ada=').slice(2)).toEqual([away('bob')]);
  });

  it('is told when a socket is found to be gone, of which nobody said that it ended', async () => {
    await people.comes('ada');
    await people.comes('bob');
    await people.watches('ada', ['bob']);
    await forget(tenant(), [{ userId: 'bob', connectionId: 'bob=', since: 0 }]);
    expect(people.told('ada=')).toEqual([online('bob'), away('bob')]);
  });

  it('is not kept waiting by sockets whose end was never told: after two hours they do not count', async () => {
    await people.comes('ada');
    const opened = { nonce: someClientId(), ticketExpiresAt: 1, at: Date.now() - 2 * HOUR - 1_000 };
    await openConnection(tenant(), 'bob', { connectionId: 'lost=', ...opened });
    await people.watches('ada', ['bob']);
    expect(people.told('ada=')).toEqual([away('bob')]);
    // Nor are they in the way of being told that he came back.
    await people.comes('bob');
    expect(people.told('ada=').at(-1)).toEqual(online('bob'));
  });

  it('hears nothing of those it does not watch any more', async () => {
    await people.comes('ada');
    await people.watches('ada', ['bob', 'cleo']);
    await people.watches('ada', ['cleo', 'dora']);
    sockets.posts.length = 0;
    for (const user of ['bob', 'cleo', 'dora', 'eve']) await people.comes(user);
    expect(people.told('ada=')).toEqual([online('cleo'), online('dora')]);
    await people.watches('ada', []);
    sockets.posts.length = 0;
    await people.goes('cleo');
    expect(sockets.posts).toEqual([]);
  });

  it('hears nothing once its watch has ended by itself', async () => {
    await people.comes('ada');
    await people.watches('ada', ['bob']);
    const Key = WatchEntity.key(tenant(), { userId: 'bob', connectionId: 'ada=' });
    const { Item } = await documents.get({ TableName: tableName(), Key, ConsistentRead: true });
    // TTL takes it away later.
    expect(Number(Item?.[TABLE.ttl])).toBeGreaterThanOrEqual(Number(Item?.['until']) / 1_000);
    await documents.put({ TableName: tableName(), Item: { ...Item, until: Date.now() - 1 } });
    await people.comes('bob');
    expect(people.told('ada=')).toEqual([unknown('bob')]);
  });

  it('hears nothing while it has asked to be left alone, or when it is closed', async () => {
    for (const user of ['ada', 'eve']) await people.comes(user);
    await people.watches('ada', ['bob']);
    await people.watches('eve', ['bob']);
    await people.goes('eve');
    await pauseConnection(tenant(), 'ada', 'ada=');
    sockets.posts.length = 0;
    await people.comes('bob');
    expect(sockets.posts).toEqual([]);
  });

  it('names fifty at most', async () => {
    await people.comes('ada');
    const many = Array.from({ length: MOST_WATCHED + 1 }, (_, index) => `user-${index}`);
    await people.watches('ada', many);
    expect(heardBy('ada=')).toMatchObject([{ type: 'sync:error', code: 'frame.invalid' }]);
    await people.watches('ada', many.slice(1));
    expect(people.told('ada=')).toHaveLength(MOST_WATCHED);
    expect((await call(users, api.users.getPresence, { userIds: many.join() }, { tenantId })).status).toBe(400);
  });

  it('is told of its own tenant’s users alone', async () => {
    await people.comes('ada');
    await people.watches('ada', ['bob']);
    const others = peopleOf(`${tenantId}-b`, heardBy);
    await others.comes('bob', 'foreign=');
    expect(people.told('ada=')).toEqual([unknown('bob')]);
    expect(await asked('ada', ['bob'])).toEqual([unknown('bob')]);
  });

  it('is answered although it cannot be told: the command is refused with no more than a failure', async () => {
    await people.comes('ada');
    const { send } = transport;
    transport.send = async (url, request) => {
      const target = new Headers(request.headers).get('x-amz-target') ?? '';
      return target.endsWith('PutItem')
        ? Response.json({ __type: 'InternalServerError' }, { status: 500 })
        : send(url, request);
    };
    await people.watches('ada', ['bob']).finally(() => {
      transport.send = send;
    });
    expect(heardBy('ada=')).toMatchObject([{ type: 'sync:error', code: 'service.failed' }]);
  });
});

describe('nobody', () => {
  it('is told of those who have blocked them, or whom they have blocked, whoever watched first', async () => {
    await people.comes('bob');
    await blockUser(tenant(), { userId: 'bob', blockedId: 'ada' }, Date.now());
    await people.comes('ada');
    await people.watches('ada', ['bob']);
    await people.watches('bob', ['ada']);
    expect([...people.told('ada='), ...people.told('bob=')]).toEqual([unknown('bob'), unknown('ada')]);
    expect(await asked('ada', ['bob'])).toEqual([unknown('bob')]);
    sockets.posts.length = 0;
    await people.goes('bob');
    await people.comes('bob');
    expect(sockets.posts).toEqual([]);
    await unblockUser(tenant(), { userId: 'bob', blockedId: 'ada' });
    await people.goes('bob');
    expect(people.told('ada=')).toEqual([away('bob')]);
  });

  it('learns when somebody was last there who does not let others know', async () => {
    await people.comes('ada');
    await people.comes('bob');
    expect(
      (
        await call(
          users,
          api.users.updateMe,
          { version: 1, privacy: { lastSeen: 'nobody' } },
          { userId: 'bob', tenantId },
        )
      ).status,
    ).toBe(200);
    await people.watches('ada', ['bob']);
    await people.goes('bob');
    expect(people.told('ada=')).toEqual([online('bob'), unknown('bob')]);
    await people.watches('ada', ['bob']);
    expect(people.told('ada=').at(-1)).toEqual(unknown('bob'));
    expect(await asked('ada', ['bob'])).toEqual([unknown('bob')]);
  });
});
