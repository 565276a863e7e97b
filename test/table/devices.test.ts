import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import { MAX_DEVICES } from '#contract/devices.ts';
import { ENV } from '#contract/environment.ts';
import { handler } from '#functions/api/devices/devices.lambda.ts';
import { handler as moderation } from '#functions/api/moderation/moderation.lambda.ts';
import { handler as tickets } from '#functions/api/realtime/realtime.lambda.ts';
import { findConnections, openConnection, socketsOf } from '#table/connection.ts';
import { listDevices, noteDevice, removeDevice } from '#table/device.ts';
import { scope, type TenantKey } from '#table/entity.ts';
import { revokeAll, revokeDevice, revokedAt } from '#table/revocation.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { someClientId } from '#test/support/conversations.ts';
import { afterNext } from '#test/support/interposed.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
process.env[ENV.socketsUrl] = 'wss://sockets.test/chat';
const { closed } = useSockets(scope('unused'));

const deviceId = (letter: string): string => `dev_${letter.repeat(22)}`;

let tenants = 0;
let tenantId: string;
let tenant: TenantKey;
beforeEach(() => {
  tenantId = `devices-${++tenants}`;
  tenant = scope(tenantId);
  closed.length = 0;
});

const as = (userId: string, roles: readonly string[] = ['user']): CallOptions => ({ tenantId, userId, roles });
const open = (
  userId: string,
  connectionId: string,
  more: { deviceId?: string; tokenIssuedAt?: number; at?: number } = {},
) =>
  openConnection(tenant, userId, {
    connectionId,
    nonce: someClientId(),
    ticketExpiresAt: Math.ceil(Date.now() / 1_000) + 30,
    at: Date.now(),
    tokenIssuedAt: Date.now(),
    ...more,
  });
const openOf = async (userId: string) =>
  (await socketsOf(tenant, [userId], Date.now())).map(({ connectionId }) => connectionId).sort();

describe('devices', () => {
  it('are known from their tickets, by the name they gave last, with their open sockets', async () => {
    const ask = (input: object) => call(tickets, api.realtime.createTicket, { ...input }, as('ada'));
    await ask({ deviceId: deviceId('A'), deviceName: 'Ada’s phone', platform: 'ios' });
    await ask({ deviceId: deviceId('A') });
    await ask({ deviceId: deviceId('B'), platform: 'web' });
    await ask({});
    await open('ada', 'a1', { deviceId: deviceId('A') });
    await open('ada', 'a2', { deviceId: deviceId('A') });
    await open('ada', 'nameless');
    const { body } = await call(handler, api.devices.listDevices, {}, as('ada'));
    expect(body['devices']).toMatchObject([
      { id: deviceId('B'), name: null, platform: 'web', sockets: 0 },
      { id: deviceId('A'), name: 'Ada’s phone', platform: 'ios', sockets: 2 },
    ]);
    expect((await call(handler, api.devices.listDevices, {}, as('bob'))).body).toEqual({ devices: [] });
  });

  it('are fifty at most: the one longest away is forgotten', async () => {
    const id = (index: number) => `dev_${String(index).padStart(22, '0')}`;
    for (let index = 0; index <= MAX_DEVICES; index++)
      await noteDevice(tenant, 'ada', { deviceId: id(index) }, { at: 1_000_000_000_000 + index, issuedAt: 0 });
    const ids = (await listDevices(tenant, 'ada')).map((device) => device.deviceId);
    expect(ids).toHaveLength(MAX_DEVICES);
    expect(ids[0]).toBe(id(MAX_DEVICES));
    expect(ids).not.toContain(id(0));
  });

  it('that are removed lose their sockets and no others', async () => {
    for (const letter of ['A', 'B']) {
      await noteDevice(tenant, 'ada', { deviceId: deviceId(letter) }, { at: Date.now(), issuedAt: 0 });
      await open('ada', `${letter}1`, { deviceId: deviceId(letter) });
    }
    await open('bob', 'bob1', { deviceId: deviceId('A') });
    const remove = () => call(handler, api.devices.removeDevice, { deviceId: deviceId('A') }, as('ada'));
    expect((await remove()).body).toEqual({ closed: 1 });
    expect(closed).toEqual(['A1']);
    expect([await openOf('ada'), await openOf('bob')]).toEqual([['B1'], ['bob1']]);
    expect((await listDevices(tenant, 'ada')).map((device) => device.deviceId)).toEqual([deviceId('B')]);
    expect(await remove()).toMatchObject({ status: 200, body: { closed: 0 } });
  });

  it('that are removed are signed out: neither the ticket in their hands nor a new one opens anything, until a new token', async () => {
    const second = Math.floor(Date.now() / 1_000);
    const ask = (letter: string, issuedAt: number) =>
      call(
        tickets,
        api.realtime.createTicket,
        { deviceId: deviceId(letter), deviceName: letter },
        { ...as('ada'), token: { tokenIssuedAt: String(issuedAt), tokenExpiresAt: String(second + 900) } },
      );
    const openAt = (letter: string, issuedAt: number) =>
      open('ada', `${letter}${issuedAt}`, { deviceId: deviceId(letter), tokenIssuedAt: issuedAt * 1_000 });
    for (const letter of ['A', 'B']) expect(await ask(letter, second)).toMatchObject({ status: 201 });
    await call(handler, api.devices.removeDevice, { deviceId: deviceId('A') }, as('ada'));
    expect(await ask('A', second)).toMatchObject({ status: 401, body: { code: 'caller.unauthenticated' } });
    expect(await openAt('A', second)).toEqual({ ok: false, refused: 'revoked' });
    expect(await openAt('B', second)).toMatchObject({ ok: true });
    expect(await ask('B', second)).toMatchObject({ status: 201 });

    expect(await ask('A', second + 60)).toMatchObject({ status: 201 });
    expect(await openAt('A', second + 60)).toMatchObject({ ok: true });
    const known = await listDevices(tenant, 'ada');
    expect(known.map((device) => device.deviceId).sort()).toEqual([deviceId('A'), deviceId('B')]);
    // Who it was then is no longer the one that was removed, but a token from before is still no good.
    await call(handler, api.devices.removeDevice, { deviceId: deviceId('A') }, as('ada'));
    expect(await ask('A', second)).toMatchObject({ status: 401 });
  });

  it('that were removed are not noted again while they are being looked for, nor is another forgotten for them', async () => {
    const long = { at: Date.now() - 2 * 86_400_000, issuedAt: 1 };
    const mine = { deviceId: deviceId('A') };
    await noteDevice(tenant, 'ada', mine, long);
    afterNext('GetItem', () => removeDevice(tenant, 'ada', mine.deviceId, Date.now()));
    expect(await noteDevice(tenant, 'ada', mine, { at: Date.now(), issuedAt: 1 })).toBe(false);
    expect(await listDevices(tenant, 'ada')).toEqual([]);
    const id = (index: number) => `dev_${String(index).padStart(22, '0')}`;
    for (let index = 0; index < MAX_DEVICES; index++) await noteDevice(tenant, 'ada', { deviceId: id(index) }, long);
    expect(await noteDevice(tenant, 'ada', mine, { at: Date.now(), issuedAt: 1 })).toBe(false);
    expect(await listDevices(tenant, 'ada')).toHaveLength(MAX_DEVICES);
  });

  it('that are removed leave no socket open, however many open meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 6 }), async (before, racers) => {
        const userId = `u${someClientId()}`;
        const [mine, other] = [{ deviceId: deviceId('A') }, { deviceId: deviceId('B') }];
        for (let index = 0; index < before; index++) await open(userId, `before${index}`, mine);
        await open(userId, 'other', other);
        const at = Date.now() + 1_000;
        const ids = Array.from({ length: racers }, (_, index) => `racer${index}`);
        const [results, toClose] = await Promise.all([
          Promise.all(ids.map((id) => open(userId, id, { ...mine, tokenIssuedAt: at - 1 }))),
          revokeDevice(tenant, userId, mine.deviceId, at),
        ]);
        const opened = ids.filter((_, index) => results[index]!.ok);
        expect(await openOf(userId)).toEqual(['other']);
        const known = toClose.map(({ connectionId }) => connectionId);
        expect(known).toEqual(expect.arrayContaining(opened));
        expect(known).not.toContain('other');
      }),
      { numRuns: 15 },
    );
  });

  it('that were removed are remembered among the sockets only while tickets from before may be about', async () => {
    await open('ada', 'b1', { deviceId: deviceId('B') });
    const at = Date.now();
    await revokeDevice(tenant, 'ada', deviceId('A'), at);
    const marks = async () =>
      Object.keys((await findConnections(tenant, 'ada', { consistent: true })) ?? {}).filter((name) =>
        name.startsWith('d_'),
      );
    await open('ada', 'b2', { deviceId: deviceId('B'), at: at + 60_000 });
    expect(await marks()).toHaveLength(1);
    await open('ada', 'b3', { deviceId: deviceId('B'), at: at + 120_000 });
    expect(await marks()).toEqual([]);
  });
});

describe('logout', () => {
  it('closes the sockets of all devices and refuses what was issued before', async () => {
    await open('ada', 'a1', { deviceId: deviceId('A') });
    await open('ada', 'a2');
    await open('bob', 'b1');
    const before = Date.now();
    const { body } = await call(handler, api.devices.logout, {}, as('ada'));
    expect(body).toEqual({ closed: 2 });
    expect([...closed].sort()).toEqual(['a1', 'a2']);
    expect([await openOf('ada'), await openOf('bob')]).toEqual([[], ['b1']]);
    const since = await revokedAt(tenant, 'ada');
    expect(since).toBeGreaterThanOrEqual(before);
    expect(await revokedAt(tenant, 'bob')).toBe(0);
    expect(await open('ada', 'a3', { tokenIssuedAt: since - 1 })).toEqual({ ok: false, refused: 'revoked' });
    expect(await open('ada', 'a3', { tokenIssuedAt: since })).toMatchObject({ ok: true });
  });

  it('of somebody else is for admins, is audited, and reaches users who never were here', async () => {
    const logOut = (userId: string, roles: readonly string[]) =>
      call(handler, api.devices.logoutUser, { userId, reason: 'Lost a phone.' }, as('root', roles));
    await open('ada', 'a1');
    expect(await logOut('ada', ['user'])).toMatchObject({ status: 403, body: { code: 'caller.forbidden' } });
    expect(await openOf('ada')).toEqual(['a1']);
    expect((await logOut('ada', ['admin'])).body).toEqual({ closed: 1 });
    expect((await logOut('nobody-yet', ['admin'])).body).toEqual({ closed: 0 });
    expect(await revokedAt(tenant, 'nobody-yet')).toBeGreaterThan(0);
    const { body } = await call(
      moderation,
      api.moderation.listAudit,
      { action: 'user.logged_out' },
      as('root', ['admin']),
    );
    expect(body).toMatchObject({
      items: [
        { actorId: 'root', target: { kind: 'user', id: 'nobody-yet' }, reason: 'Lost a phone.' },
        { actorId: 'root', target: { kind: 'user', id: 'ada' } },
      ],
    });
  });

  it('leaves no socket open or unclosed, however many open meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 8 }), async (before, racers) => {
        const userId = `u${someClientId()}`;
        for (let index = 0; index < before; index++) await open(userId, `before${index}`);
        const at = Date.now() + 1_000;
        const ids = Array.from({ length: racers }, (_, index) => `racer${index}`);
        const [results, toClose] = await Promise.all([
          Promise.all(ids.map((id) => open(userId, id, { tokenIssuedAt: at - 1 }))),
          revokeAll(tenant, userId, at),
        ]);
        const opened = ids.filter((_, index) => results[index]!.ok);
        expect(await openOf(userId)).toEqual([]);
        const known = toClose.map(({ connectionId }) => connectionId);
        expect(known).toEqual(expect.arrayContaining(opened));
        expect(new Set(known).size).toBe(before + opened.length);
      }),
      { numRuns: 40 },
    );
  });

  it('counts from the later of two at once, whichever is written first', async () => {
    const at = Date.now();
    await revokeAll(tenant, 'ada', at + 5);
    await open('ada', 'a1', { tokenIssuedAt: at + 5 });
    expect(await revokeAll(tenant, 'ada', at)).toMatchObject([{ connectionId: 'a1' }]);
    expect(await revokedAt(tenant, 'ada')).toBe(at + 5);
    expect(await openOf('ada')).toEqual([]);
  });
});
