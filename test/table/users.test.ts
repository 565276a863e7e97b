import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { api } from '#contract/api.ts';
import { ENV } from '#contract/environment.ts';
import { handler as tickets } from '#functions/api/realtime/realtime.lambda.ts';
import { handler } from '#functions/api/users/users.lambda.ts';
import { scope } from '#table/entity.ts';
import { createMedia } from '#table/media-upload.ts';
import { findUser, meetUser } from '#table/user.ts';
import { call } from '#test/support/call.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();

const { getMe, updateMe, getUser, updateUser, listUsers } = api.users;
let tenants = 0;
const someTenant = () => `users-${tenants++}`;
const Page = z.object({ items: z.array(z.object({ id: z.string() })), nextCursor: z.string().nullable() });
const as = (tenantId: string, userId: string) => ({ tenantId, userId });

describe('a profile', () => {
  it('is made on first sight, with the name in the token, once under any race', async () => {
    const tenant = scope(someTenant());
    const met = await Promise.all(
      Array.from({ length: 8 }, (_, index) => meetUser(tenant, { userId: 'ada', name: `Ada ${index}` }, index)),
    );
    for (const user of met) expect(user).toEqual(met[0]);
    expect(met[0]).toMatchObject({ displayName: expect.stringMatching(/^Ada \d$/), version: 1 });
    expect(await meetUser(tenant, { userId: 'ada', name: 'Another' }, 9)).toEqual(met[0]);
  });

  it('is made by whoever asks for themselves, or for a ticket', async () => {
    const tenantId = someTenant();
    expect(await call(handler, getUser, { userId: 'ada' }, as(tenantId, 'bob'))).toMatchObject({
      status: 404,
      body: { code: 'user.not_found' },
    });
    const me = await call(handler, getMe, {}, as(tenantId, 'ada'));
    expect(me).toMatchObject({
      status: 200,
      headers: { etag: '"1"' },
      body: { id: 'ada', displayName: null, privacy: { lastSeen: 'everyone', readReceipts: true }, version: 1 },
    });
    expect((await call(handler, getUser, { userId: 'ada' }, as(tenantId, 'bob'))).body).toEqual(me.body);
    process.env[ENV.socketsUrl] = 'wss://sockets.test/chat';
    expect((await call(tickets, api.realtime.createTicket, {}, as(tenantId, 'cleo'))).status).toBe(201);
    expect(await findUser(scope(tenantId), 'cleo')).toMatchObject({ userId: 'cleo', version: 1 });
  });

  it('is changed by its user; what is not named stays, null takes away', async () => {
    const who = as(someTenant(), 'ada');
    const first = { version: 1, displayName: 'Ada', custom: { pronouns: 'she' }, privacy: { readReceipts: false } };
    expect(await call(handler, updateMe, first, who)).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: {
        displayName: 'Ada',
        custom: { pronouns: 'she' },
        privacy: { lastSeen: 'everyone', readReceipts: false },
        version: 2,
      },
    });
    const second = { version: 2, displayName: null, privacy: { lastSeen: 'nobody' } };
    expect(await call(handler, updateMe, second, who)).toMatchObject({
      body: {
        displayName: null,
        custom: { pronouns: 'she' },
        privacy: { lastSeen: 'nobody', readReceipts: false },
        version: 3,
      },
    });
  });

  it('loses no change: of ten at once one wins, the others get the current state', async () => {
    const who = as(someTenant(), 'ada');
    await call(handler, getMe, {}, who);
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) => call(handler, updateMe, { version: 1, displayName: `A${index}` }, who)),
    );
    const [won, ...more] = replies.filter(({ status }) => status === 200);
    expect(more).toEqual([]);
    for (const { status, body } of replies.filter((reply) => reply !== won))
      expect({ status, body }).toMatchObject({
        status: 409,
        body: { code: 'user.version_conflict', current: won!.body },
      });
    const stale = await call(handler, updateMe, { displayName: 'B' }, { ...who, headers: { 'If-Match': '"1"' } });
    expect(stale).toMatchObject({ status: 409, body: { current: won!.body } });
  });

  it('is changed for somebody else by an admin only, and is not made that way', async () => {
    const tenantId = someTenant();
    await call(handler, getMe, {}, as(tenantId, 'bob'));
    const change = { userId: 'bob', version: 1, displayName: 'Robert' };
    expect(await call(handler, updateUser, change, as(tenantId, 'ada'))).toMatchObject({
      status: 403,
      body: { code: 'caller.forbidden' },
    });
    const admin = { ...as(tenantId, 'ada'), roles: ['user', 'admin'] };
    expect(await call(handler, updateUser, change, admin)).toMatchObject({
      status: 200,
      body: { id: 'bob', displayName: 'Robert', version: 2 },
    });
    for (const [userId, tenant] of [
      ['nobody', tenantId],
      ['bob', someTenant()],
    ] as const)
      expect(await call(handler, updateUser, { ...change, userId }, { ...admin, tenantId: tenant })).toMatchObject({
        status: 404,
        body: { code: 'user.not_found' },
      });
  });

  it('shows a picture of the user’s own that is ready, and no other', async () => {
    const who = as(someTenant(), 'ada');
    const media = (mediaId: string, ownerId: string, state: 'ready' | 'processing') =>
      createMedia(scope(who.tenantId), {
        mediaId,
        ownerId,
        state,
        fileName: 'a.png',
        contentType: 'image/png',
        bytes: 1,
        createdAt: 1,
        version: 1,
      });
    const [own, others, young] = ['a', 'b', 'c'].map((letter) => `med_${letter.repeat(22)}`) as [
      string,
      string,
      string,
    ];
    await Promise.all([media(own, 'ada', 'ready'), media(others, 'bob', 'ready'), media(young, 'ada', 'processing')]);
    for (const avatarMediaId of [others, young])
      expect(await call(handler, updateMe, { version: 1, avatarMediaId }, who)).toMatchObject({
        status: 409,
        body: { code: 'user.avatar_unusable' },
      });
    expect(await call(handler, updateMe, { version: 1, avatarMediaId: own }, who)).toMatchObject({
      status: 200,
      body: { avatarMediaId: own },
    });
  });

  it.each([
    [{ displayName: ' ' }, 'displayName'],
    [{ displayName: 'x'.repeat(101) }, 'displayName'],
    [{ custom: { 'not a name': 'x' } }, 'custom.not a name'],
    [{ custom: { bio: 'x'.repeat(501) } }, 'custom.bio'],
    [{ custom: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`f${index}`, 'x'])) }, 'custom'],
    [{ privacy: { lastSeen: 'friends' } }, 'privacy.lastSeen'],
  ])('refuses %j', async (change, path) => {
    expect(await call(handler, updateMe, { version: 1, ...change })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', issues: [{ path }] },
    });
  });
});

it('users are listed by id within the tenant, page by page, all or by the beginning of their id', async () => {
  const tenantId = someTenant();
  const ids = ['ada', 'adam', 'bob', 'adele', 'cleo', 'Ada'];
  for (const id of ids) await meetUser(scope(tenantId), { userId: id }, 1);
  await meetUser(scope(`${tenantId}-other`), { userId: 'adrian' }, 1);
  const listed = async (input: object): Promise<string[]> => {
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const reply = await call(
        handler,
        listUsers,
        { limit: 2, ...input, ...(cursor ? { cursor } : {}) },
        as(tenantId, 'bob'),
      );
      const { items, nextCursor }: z.output<typeof Page> = Page.parse(reply.body);
      found.push(...items.map(({ id }) => id));
      cursor = nextCursor;
    } while (cursor !== null);
    return found;
  };
  expect(await listed({})).toEqual([...ids].sort());
  expect(await listed({ prefix: 'ad' })).toEqual(['ada', 'adam', 'adele']);
  expect(await listed({ prefix: 'zoe' })).toEqual([]);
  const first = await call(handler, listUsers, { limit: 2 }, as(tenantId, 'bob'));
  const foreign = { limit: 2, cursor: first.body['nextCursor'], prefix: 'ad' };
  expect(await call(handler, listUsers, foreign, as(tenantId, 'bob'))).toMatchObject({
    status: 400,
    body: { code: 'request.cursor_invalid' },
  });
});
