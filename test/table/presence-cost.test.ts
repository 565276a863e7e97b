import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { transport } from '#aws/transport.ts';
import { Meter, usageOf } from '#bench/meter.ts';
import type { Event } from '#contract/events.ts';
import { scope } from '#table/entity.ts';
import { TABLE } from '#table/schema.ts';
import { tableName } from '#table/table-name.ts';
import { WatchingEntity } from '#table/watch.ts';
import { peopleOf } from '#test/support/presence.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
let tenants = 0;
let tenantId: string;
const sockets = useSockets(scope('unused'));
let people: ReturnType<typeof peopleOf>;

const heardBy = (connectionId: string): Event[] =>
  sockets.posts.filter(({ socket }) => socket === connectionId).flatMap(({ frame }) => frame.events);

beforeEach(() => {
  tenantId = `presence-cost-${tenants++}`;
  sockets.posts.length = 0;
  people = peopleOf(tenantId, heardBy);
});

const tenant = () => scope(tenantId);

describe('the cost of presence', () => {
  const metered = () => {
    const { send } = transport;
    const meter = new Meter(DynamoDBDocumentClient.from(new DynamoDBClient({})), [TABLE.byUser]).watchFunctions();
    const stop = () => {
      transport.send = send;
    };
    return { meter, stop };
  };

  it('of connect and disconnect is two write units, and one and a half read units and one, where nobody watches', async () => {
    const { meter, stop } = metered();
    await people.comes('ada');
    expect(usageOf(meter.take())).toMatchObject({ writes: 1, reads: 1.5 });
    await people.goes('ada');
    expect(usageOf(meter.take())).toMatchObject({ writes: 1, reads: 1 });
    // Beside another socket nobody needs to be asked.
    await people.comes('bob', 'phone=');
    meter.take();
    await people.comes('bob', 'laptop=');
    await people.goes('bob', 'phone=');
    expect(usageOf(meter.take())).toMatchObject({ writes: 2, reads: 0.5 });
    stop();
  });

  it('of being watched is no write', async () => {
    await people.comes('ada');
    await people.watches('ada', ['bob']);
    const { meter, stop } = metered();
    await people.comes('bob');
    await people.goes('bob');
    expect(people.told('ada=')).toHaveLength(3);
    expect(usageOf(meter.take()).writes).toBe(2);
    stop();
  });

  it('of a watch is one write unit a user and one more, and nothing when it is said again soon', async () => {
    await people.comes('ada');
    const some = Array.from({ length: 10 }, (_, index) => `user-${index}`);
    const { meter, stop } = metered();
    await people.watches('ada', some);
    expect(usageOf(meter.take()).writes).toBe(11);
    await people.watches('ada', some);
    expect(usageOf(meter.take()).writes).toBe(0);
    await people.watches('ada', [...some.slice(1), 'dora']);
    // One is dropped, one is new, and what is watched is noted.
    expect(usageOf(meter.take()).writes).toBe(3);
    const Key = WatchingEntity.key(tenant(), { userId: 'ada', connectionId: 'ada=' });
    const { Item } = await documents.get({ TableName: tableName(), Key });
    expect(Number(Item?.[TABLE.ttl])).toBeGreaterThan(Date.now() / 1_000 + 600);
    stop();
  });
});
