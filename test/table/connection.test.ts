import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CONNECTIONS } from '#contract/realtime.ts';
import { TICKET_MEMORY_SECONDS } from '#domain/ticket.ts';
import { removeConnections, socketsOf } from '#table/connection.ts';
import { ConnectionsEntity } from '#table/connection-item.ts';
import { type Item, scope } from '#table/entity.ts';
import { tableName } from '#table/table-name.ts';
import { connection, DEVICE, freshTenant, HOUR, idsOf, itemOf, NOW, nonce, open } from '#test/support/connections.ts';
import { useTable } from '#test/support/table.ts';

useTable();

/** Bytes of an item as DynamoDB counts them: names, texts, and numbers at a byte for two digits and one more. */
const sizeOf = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) =>
      sum +
      Buffer.byteLength(name) +
      (typeof value === 'number' ? Math.ceil(`${value}`.length / 2) + 1 : `${value}`.length),
    0,
  );

describe('a ticket', () => {
  it('opens one socket, however many race for it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 20 }), fc.boolean(), async (racers, hasOthers) => {
        const tenant = freshTenant();
        const ticket = nonce();
        const ids = Array.from({ length: racers }, connection);
        if (hasOthers) await open(tenant, 'before', NOW);
        const results = await Promise.all(ids.map((id) => open(tenant, id, NOW, ticket)));
        const winners = ids.filter((_, index) => results[index]!.ok);
        expect(winners).toHaveLength(1);
        expect(await idsOf(tenant, NOW)).toEqual([...winners, ...(hasOthers ? ['before'] : [])].sort());
      }),
      { numRuns: 40 },
    );
  });

  it('stays spent when its socket is closed', async () => {
    const tenant = freshTenant();
    const ticket = nonce();
    expect(await open(tenant, 'one', NOW, ticket)).toMatchObject({ ok: true });
    await removeConnections(tenant, 'ada', ['one'], NOW);
    expect(await open(tenant, 'two', NOW + 1_000, ticket)).toEqual({ ok: false, refused: 'spent' });
    expect(await idsOf(tenant, NOW)).toEqual([]);
  });

  it('may be spent again by the very same socket: the reply to the first write may have been lost', async () => {
    const tenant = freshTenant();
    const ticket = nonce();
    await open(tenant, 'one', NOW, ticket);
    expect(await open(tenant, 'one', NOW, ticket)).toMatchObject({ ok: true });
    expect(await idsOf(tenant, NOW)).toEqual(['one']);
  });

  it('is remembered as long as a slow clock may still accept it, then forgotten by the next socket', async () => {
    const tenant = freshTenant();
    const ticket = nonce();
    await open(tenant, 'one', NOW, ticket);
    const remembered = NOW + (30 + TICKET_MEMORY_SECONDS) * 1_000;
    await open(tenant, 'two', remembered);
    expect(await open(tenant, 'three', remembered, ticket)).toEqual({ ok: false, refused: 'spent' });
    await open(tenant, 'four', remembered + 1_000);
    expect(await itemOf(tenant)).not.toHaveProperty(`t_${ticket.slice(0, 12)}`);
  });
});

describe('sockets', () => {
  it('are exactly those opened and not closed, after any sequence', async () => {
    const step = fc.record({
      kind: fc.constantFrom('open' as const, 'close' as const, 'reuse' as const),
      user: fc.constantFrom('ada', 'bob'),
      which: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const tenant = freshTenant();
        const model = { ada: new Set<string>(), bob: new Set<string>() };
        const tickets = { ada: [] as string[], bob: [] as string[] };
        let at = NOW;
        for (const [index, { kind, user, which }] of steps.entries()) {
          const own = model[user as 'ada' | 'bob'];
          const spent = tickets[user as 'ada' | 'bob'];
          at += 100;
          if (kind === 'open') {
            const ticket = nonce();
            expect(await open(tenant, `c${index}`, at, ticket, user)).toMatchObject({ ok: true });
            own.add(`c${index}`);
            spent.push(ticket);
          } else if (kind === 'close') {
            const id = [...own][which % Math.max(1, own.size)] ?? 'never opened';
            await removeConnections(tenant, user, [id], at);
            own.delete(id);
          } else if (spent.length > 0) {
            expect(await open(tenant, `c${index}`, at, spent[which % spent.length], user)).toEqual({
              ok: false,
              refused: 'spent',
            });
          }
        }
        for (const user of ['ada', 'bob'] as const)
          expect(await idsOf(tenant, at, user)).toEqual([...model[user]].sort());
      }),
      { numRuns: 40 },
    );
  });

  it('tell whose they are and since when, for users with and without any', async () => {
    const tenant = freshTenant();
    await open(tenant, 'one', NOW, nonce(), 'ada@acme.example');
    await open(tenant, 'two', NOW + 5, nonce(), 'bob');
    const sockets = await socketsOf(tenant, ['ada@acme.example', 'bob', 'carol'], NOW + 10);
    expect(sockets.sort((a, b) => a.since - b.since)).toEqual([
      { userId: 'ada@acme.example', connectionId: 'one', since: NOW },
      { userId: 'bob', connectionId: 'two', since: NOW + 5 },
    ]);
  });

  it('of another tenant’s user with the same name are not found', async () => {
    const tenant = freshTenant();
    await open(tenant, 'one', NOW);
    expect(await idsOf(freshTenant(), NOW)).toEqual([]);
  });

  it('count as closed after two hours, and are cleared by the next one', async () => {
    const tenant = freshTenant();
    await open(tenant, 'one', NOW);
    expect(await idsOf(tenant, NOW + 2 * HOUR)).toEqual(['one']);
    expect(await idsOf(tenant, NOW + 2 * HOUR + 1)).toEqual([]);
    await open(tenant, 'two', NOW + 2 * HOUR + 1);
    expect(await itemOf(tenant)).not.toHaveProperty('c_one');
  });

  it('are at most twenty: one more drops the oldest and says which', async () => {
    const tenant = freshTenant();
    for (let index = 0; index < MAX_CONNECTIONS; index++)
      expect(await open(tenant, `c${index}`, NOW + index)).toEqual({ ok: true, dropped: [], first: index === 0 });
    expect(await open(tenant, 'last', NOW + MAX_CONNECTIONS)).toEqual({ ok: true, dropped: ['c0'], first: false });
    const ids = await idsOf(tenant, NOW + MAX_CONNECTIONS);
    expect(ids).toHaveLength(MAX_CONNECTIONS);
    expect(ids).toContain('last');
    expect(ids).not.toContain('c0');
  });

  it('leave an item that TTL may delete, later with every socket', async () => {
    const tenant = freshTenant();
    await open(tenant, 'one', NOW);
    expect(await itemOf(tenant)).toMatchObject({ ty: 'connections', exp: NOW / 1_000 + 400 * 86_400 });
    await open(tenant, 'two', NOW + HOUR);
    expect(await itemOf(tenant)).toMatchObject({ exp: (NOW + HOUR) / 1_000 + 400 * 86_400 });
  });

  it('closed after TTL has deleted their item do not bring it back', async () => {
    const tenant = freshTenant();
    await removeConnections(tenant, 'ada', ['one'], NOW);
    expect(await itemOf(tenant)).toBeUndefined();
  });
});

describe('the item', () => {
  it('costs one write unit to open and one to close, with all sockets open and ids of full length', async () => {
    const tenant = scope('t'.repeat(63));
    const user = 'u'.repeat(64);
    const minutes = 6 * 60_000;
    for (let index = 0; index < MAX_CONNECTIONS; index++)
      await open(tenant, connection(), NOW + index * minutes, nonce(), user, { deviceId: DEVICE });
    const last = NOW + MAX_CONNECTIONS * minutes;
    // A phone that has just lost its network eight times in a minute and a half.
    for (let index = 0; index < 8; index++)
      await open(tenant, connection(), last + index * 10_000, nonce(), user, { deviceId: DEVICE });
    // Somebody who was logged out once, and has closed a socket.
    await removeConnections(tenant, user, ['closed'], last);
    const item = (await itemOf(tenant, user))!;
    expect(Object.keys(item).filter((name) => name.startsWith('c_'))).toHaveLength(MAX_CONNECTIONS);
    expect(Object.keys(item).filter((name) => name.startsWith('t_'))).toHaveLength(8);
    expect(sizeOf(item) + 'r'.length + 8).toBeLessThanOrEqual(1_024);

    const { ConsumedCapacity } = await new DynamoDBClient({}).send(
      new UpdateItemCommand({
        TableName: tableName(),
        Key: marshall(ConnectionsEntity.key(tenant, user)),
        UpdateExpression: 'REMOVE nothing',
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    expect(ConsumedCapacity?.CapacityUnits).toBe(1);
  });
});
