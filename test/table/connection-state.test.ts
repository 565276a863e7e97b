import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CONNECTIONS } from '#contract/realtime.ts';
import { pauseConnection, presenceOf, removeConnections, unpauseConnection } from '#table/connection.ts';
import { connectionName, livingIn } from '#table/connection-item.ts';
import {
  connection,
  DEVICE,
  freshTenant,
  HOUR,
  idsOf,
  itemOf,
  NOW,
  nonce,
  open,
  set,
} from '#test/support/connections.ts';
import { useTable } from '#test/support/table.ts';

useTable();

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
