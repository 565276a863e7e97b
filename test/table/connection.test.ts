import { randomBytes } from 'node:crypto';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { MAX_CONNECTIONS } from '#contract/realtime.ts';
import { TICKET_MEMORY_SECONDS } from '#domain/ticket.ts';
import {
  openConnection,
  pauseConnection,
  presenceOf,
  removeConnections,
  socketsOf,
  unpauseConnection,
} from '#table/connection.ts';
import { ConnectionsEntity, connectionName, livingIn } from '#table/connection-item.ts';
import { type Item, scope, type TenantKey } from '#table/entity.ts';
import { tableName } from '#table/table-name.ts';
import { useTable } from '#test/support/table.ts';

useTable();

const HOUR = 3_600_000;
// Whole seconds, and today: what lies in the past may be swept while the test looks at it.
const NOW = Math.floor(Date.now() / 1_000) * 1_000;
const nonce = (): string => randomBytes(16).toString('base64url');
/** As API Gateway makes them: base64 of eleven bytes, with its padding. */
const connection = (): string => randomBytes(11).toString('base64');

let tenants = 0;
const freshTenant = (): TenantKey => scope(`t${++tenants}`);

const DEVICE = `dev_${'a'.repeat(22)}`;

const open = (
  tenant: TenantKey,
  connectionId: string,
  at: number,
  ticket = nonce(),
  userId = 'ada',
  more: { readonly tokenIssuedAt?: number; readonly deviceId?: string } = {},
) =>
  openConnection(tenant, userId, {
    connectionId,
    nonce: ticket,
    ticketExpiresAt: Math.floor(at / 1_000) + 30,
    at,
    ...more,
  });

/** Writes attributes as they are, as older code or a revocation would. */
const set = (tenant: TenantKey, attributes: Readonly<Record<string, unknown>>) => {
  const entries = Object.entries(attributes);
  return documents.update({
    TableName: tableName(),
    Key: ConnectionsEntity.key(tenant, 'ada'),
    UpdateExpression: `SET ${entries.map((_, index) => `#n${index} = :v${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(entries.map(([name], index) => [`#n${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(entries.map(([, value], index) => [`:v${index}`, value as string])),
  });
};

const itemOf = async (tenant: TenantKey, userId = 'ada'): Promise<Item | undefined> =>
  (await documents.get({ TableName: tableName(), Key: ConnectionsEntity.key(tenant, userId), ConsistentRead: true }))
    .Item;

const idsOf = async (tenant: TenantKey, at: number, userId = 'ada'): Promise<string[]> =>
  (await socketsOf(tenant, [userId], at)).map(({ connectionId }) => connectionId).sort();

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

describe('a revocation', () => {
  it('refuses tickets that were got with a token issued before it, and no others', async () => {
    const tenant = freshTenant();
    await set(tenant, { r: NOW });
    for (const tokenIssuedAt of [undefined, 0, NOW - 1])
      expect(
        await open(tenant, 'one', NOW + 5_000, nonce(), 'ada', tokenIssuedAt === undefined ? {} : { tokenIssuedAt }),
      ).toEqual({ ok: false, refused: 'revoked' });
    expect(await idsOf(tenant, NOW + 5_000)).toEqual([]);
    expect(await open(tenant, 'one', NOW + 5_000, nonce(), 'ada', { tokenIssuedAt: NOW })).toMatchObject({ ok: true });
  });

  it('lets no socket open that it did not see, in any race', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10 }), async (racers) => {
        const tenant = freshTenant();
        await open(tenant, 'before', NOW);
        const ids = Array.from({ length: racers }, connection);
        const opening = ids.map((id) => open(tenant, id, NOW, nonce(), 'ada', { tokenIssuedAt: NOW - 1 }));
        await set(tenant, { r: NOW });
        const seen = livingIn((await itemOf(tenant))!, NOW).map(({ connectionId }) => connectionId);
        const results = await Promise.all(opening);
        expect(ids.filter((_, index) => results[index]!.ok).filter((id) => !seen.includes(id))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('an older item', () => {
  it('still tells its sockets, and loses what is stale', async () => {
    const tenant = freshTenant();
    await set(tenant, { c_old: NOW, c_older: NOW - 3 * HOUR, [`t_${nonce()}`]: 1, ty: 'connections' });
    expect(await idsOf(tenant, NOW)).toEqual(['old']);
    await open(tenant, 'new', NOW + 1);
    expect(await idsOf(tenant, NOW + 1)).toEqual(['new', 'old']);
    const names = Object.keys((await itemOf(tenant))!);
    expect(names.filter((name) => /^[ct]_/.test(name))).toHaveLength(3);
  });

  it('that nobody could have written is an error, not a socket', async () => {
    const tenant = freshTenant();
    await set(tenant, { c_one: 'tomorrow' });
    await expect(idsOf(tenant, NOW)).rejects.toThrow(RangeError);
  });
});

describe('a device', () => {
  it('keeps its old socket when it opens a new one, and is told from the others', async () => {
    const tenant = freshTenant();
    await open(tenant, 'old', NOW, nonce(), 'ada', { deviceId: DEVICE });
    await open(tenant, 'new', NOW + 1, nonce(), 'ada', { deviceId: DEVICE });
    await open(tenant, 'other', NOW + 2, nonce(), 'ada', { deviceId: `dev_${'b'.repeat(22)}` });
    await open(tenant, 'nameless', NOW + 3);
    const sockets = livingIn((await itemOf(tenant))!, NOW + 3);
    const deviceOf = (id: string) => sockets.find(({ connectionId }) => connectionId === id)?.device;
    expect(sockets).toHaveLength(4);
    expect(deviceOf('new')).toBe(deviceOf('old'));
    expect(new Set([deviceOf('old'), deviceOf('other'), deviceOf('nameless')])).toHaveProperty('size', 3);
  });
});

describe('a paused socket', () => {
  it('is left out of every audience until its pause ends', async () => {
    const tenant = freshTenant();
    await open(tenant, 'one', NOW);
    await open(tenant, 'two', NOW);
    expect(await pauseConnection(tenant, 'ada', 'one')).toBe(true);
    expect(await idsOf(tenant, NOW)).toEqual(['two']);
    await unpauseConnection(tenant, 'ada', 'one');
    expect(await idsOf(tenant, NOW)).toEqual(['one', 'two']);
  });

  it('that is closed leaves nothing behind, and one that is not there is not paused', async () => {
    const tenant = freshTenant();
    await open(tenant, 'one', NOW);
    await pauseConnection(tenant, 'ada', 'one');
    await removeConnections(tenant, 'ada', ['one'], NOW);
    expect(await itemOf(tenant)).not.toHaveProperty('p_one');
    expect(await pauseConnection(tenant, 'ada', 'one')).toBe(false);
    expect(await pauseConnection(freshTenant(), 'ada', 'one')).toBe(false);
    await unpauseConnection(tenant, 'ada', 'one');
    expect(await idsOf(tenant, NOW)).toEqual([]);
  });

  it('takes its mark along when it has expired or has to make room', async () => {
    const tenant = freshTenant();
    await open(tenant, 'one', NOW - 3 * HOUR);
    await pauseConnection(tenant, 'ada', 'one');
    for (let index = 0; index <= MAX_CONNECTIONS; index++) {
      await open(tenant, `c${index}`, NOW + index);
      if (index === 0) await pauseConnection(tenant, 'ada', 'c0');
    }
    expect(Object.keys((await itemOf(tenant))!).filter((name) => name.startsWith('p_'))).toEqual([]);
  });
});

describe('presence', () => {
  it('begins with the first socket and ends with the last, which says when', async () => {
    const tenant = freshTenant();
    const of = async (at: number) => (await presenceOf(tenant, ['ada'], at))[0];
    expect(await of(NOW)).toEqual({ userId: 'ada', online: false, lastSeenAt: null });
    expect(await open(tenant, 'one', NOW)).toMatchObject({ first: true });
    expect(await open(tenant, 'two', NOW + 1)).toMatchObject({ first: false });
    expect(await open(tenant, 'two', NOW + 1)).toMatchObject({ first: false });
    await pauseConnection(tenant, 'ada', 'two');
    expect(await removeConnections(tenant, 'ada', ['one'], NOW + 2)).toBe(false);
    expect(await of(NOW + 3)).toEqual({ userId: 'ada', online: true, lastSeenAt: null });
    expect(await removeConnections(tenant, 'ada', ['two'], NOW + 4)).toBe(true);
    expect(await of(NOW + 5)).toEqual({ userId: 'ada', online: false, lastSeenAt: NOW + 4 });
    expect(await open(tenant, 'three', NOW + 6)).toMatchObject({ first: true });
  });

  it('that nobody saw end was there at least when its last socket opened; that socket counts for nothing', async () => {
    const tenant = freshTenant();
    await open(tenant, 'one', NOW);
    const later = NOW + 3 * HOUR;
    expect(await presenceOf(tenant, ['ada'], later)).toEqual([{ userId: 'ada', online: false, lastSeenAt: NOW }]);
    expect(await open(tenant, 'two', later)).toMatchObject({ first: true });
    expect(await removeConnections(tenant, 'ada', ['two'], later)).toBe(true);
    expect(await itemOf(tenant)).not.toHaveProperty(connectionName('one'));
  });

  it('is told for each user once, in the order they were asked for', async () => {
    const tenant = freshTenant();
    await open(tenant, 'one', NOW, nonce(), 'bob');
    expect(await presenceOf(tenant, ['carol', 'bob', 'ada'], NOW)).toEqual([
      { userId: 'carol', online: false, lastSeenAt: null },
      { userId: 'bob', online: true, lastSeenAt: null },
      { userId: 'ada', online: false, lastSeenAt: null },
    ]);
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
