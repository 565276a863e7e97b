import { beforeEach, expect, describe as group, it } from 'vitest';
import { transport } from '#aws/transport.ts';
import { api } from '#contract/api.ts';
import type { Route } from '#contract/route.ts';
import { handler } from '#functions/api/search/search.lambda.ts';
import { writeDocuments } from '#indexing/write-documents.ts';
import { BlockEntity } from '#table/block.ts';
import { directConversationId } from '#table/direct-conversation.ts';
import { scope } from '#table/entity.ts';
import { MediaEntity } from '#table/media.ts';
import { UserEntity } from '#table/user.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { readyMedia } from '#test/support/media.ts';
import { messageItem } from '../stream/records.ts';
import { aTenantId } from './engine.ts';
import { aConversation, headItem, indexed, memberItem, put, refresh, remove, useGround } from './ground.ts';
import { aNamed, aUser, describe, people, rename } from './named-ground.ts';

useGround();
const { searchAll, searchConversations, searchMedia, searchUsers } = api.search;

let tenantId = '';
beforeEach(() => {
  tenantId = aTenantId();
});

type Body = Readonly<Record<string, unknown>> & {
  readonly items: Record<string, never>[];
  readonly nextCursor: string | null;
};
const ask = async (route: Route, input: Record<string, unknown>, options: CallOptions = {}): Promise<Body> => {
  const { status, body } = await call(handler, route, input, { tenantId, ...options });
  expect(status, JSON.stringify(body)).toBe(200);
  expect(route.output.safeParse(body)).toMatchObject({ success: true });
  return body as Body;
};

/** What every page of a search holds, with pages of so many. */
async function everyPage(route: Route, input: Record<string, unknown>, limit: number) {
  const found: Record<string, never>[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await ask(route, { ...input, limit, ...(cursor && { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    cursor = page.nextCursor;
  }
  return found;
}

/** An engine that does not answer while something is done. */
async function withoutEngine<T>(doing: () => Promise<T>): Promise<T> {
  const { send } = transport;
  transport.send = async (url, request) =>
    /_search|_mget/.test(url.pathname) ? new Response('{}', { status: 503 }) : send(url, request);
  try {
    return await doing();
  } finally {
    transport.send = send;
  }
}

group('GET /search/conversations', () => {
  const find = async (q: string, options: CallOptions = {}) => (await ask(searchConversations, { q }, options)).items;
  const idsOf = (items: readonly object[]) =>
    items.map((item) => (item as { conversation: { id: string } }).conversation.id);

  it('finds one’s own by name, whole, begun, without accents, mistyped, and in scripts without spaces', async () => {
    const { conversationId: engines } = await aNamed(tenantId, ['ada', 'bob'], { name: 'Analytical Engines' });
    const { conversationId: cafe } = await aNamed(tenantId, ['ada'], { name: 'Café & Croissants' });
    const { conversationId: tokyo } = await aNamed(tenantId, ['ada'], { name: '東京エンジン部' });
    await aNamed(tenantId, ['bob'], { name: 'Engines of others' });
    await refresh();
    for (const [q, id] of [
      ['engines', engines],
      ['ANALYTICAL eng', engines],
      ['analitycal', engines],
      ['cafe', cafe],
      ['エンジン', tokyo],
      ['京', tokyo],
    ] as const)
      expect(idsOf(await find(q)), q).toEqual([id]);
    expect(await find('cafe')).toMatchObject([
      {
        by: ['name'],
        highlights: [{ field: 'name', fragments: ['<mark>Café</mark> &amp; Croissants'], offsets: [[0, 4]] }],
      },
    ]);
    expect(await find('nothing')).toEqual([]);
    expect((await ask(searchConversations, { q: 'analitycal' }))['matched']).toBe('similar');
  });

  it('finds them by who is in them, the direct conversation first, as long as they are', async () => {
    await people(tenantId, { bob: 'Bob Babbage', cleo: 'Cleo' });
    const direct = directConversationId(scope(tenantId), 'ada', 'bob');
    await put(headItem(tenantId, direct, { type: 'direct' }));
    for (const userId of ['ada', 'bob']) await put(memberItem(tenantId, direct, userId));
    const { conversationId: engines } = await aNamed(tenantId, ['ada', 'bob', 'cleo'], {
      name: 'Engines',
      createdAt: 9,
    });
    await aNamed(tenantId, ['bob', 'cleo'], { name: 'Without ada' });
    await refresh();
    expect(await find('babbage')).toMatchObject([
      { conversation: { id: direct }, by: ['participant'], participants: ['bob'], highlights: [] },
      { conversation: { id: engines }, by: ['participant'], participants: ['bob'] },
    ]);
    await remove(memberItem(tenantId, engines, 'bob'));
    expect(idsOf(await find('babbage'))).toEqual([direct]);
    // The by-user index follows late: an entry of it whose item is gone.
    await put({ ...memberItem(tenantId, engines, 'bob'), pk: 'stale', sk: tenantId });
    expect(idsOf(await find('babbage'))).toEqual([direct]);
  });

  it('finds them by what they are about, as it is now', async () => {
    const { conversationId } = await aNamed(tenantId, ['ada'], {
      name: 'Room 7',
      description: 'Looms, cards & engines',
    });
    await refresh();
    expect(await find('cards')).toMatchObject([
      {
        by: ['description'],
        highlights: [{ field: 'description', fragments: ['Looms, <mark>cards</mark> &amp; engines'] }],
      },
    ]);
    await describe(tenantId, conversationId, 'Room 7', 'Nothing of it', { version: 2, late: true });
    expect(await find('cards')).toEqual([]);
  });

  it('shows none that one is not in now: left, removed, of another tenant, with a name of before', async () => {
    const { conversationId } = await aNamed(tenantId, ['ada', 'bob'], { name: 'Secret engines', description: 'Plans' });
    await refresh();
    expect(idsOf(await find('secret'))).toEqual([conversationId]);
    expect(await find('secret', { userId: 'mallory' })).toEqual([]);
    expect(await find('secret', { tenantId: aTenantId() })).toEqual([]);
    await rename(tenantId, conversationId, { name: 'Open looms' });
    expect(await find('secret')).toEqual([]);
    expect(idsOf(await find('looms'))).toEqual([conversationId]);
    const membership = memberItem(tenantId, conversationId, 'ada');
    await remove(membership);
    await put({ ...membership, pk: 'stale', sk: tenantId });
    for (const q of ['looms', 'plans', 'bob']) expect(await find(q), q).toEqual([]);
  });

  it.each([1, 3, 100])('pages of %i hold each once, the better and the newer first', async (limit) => {
    const names = ['engine', 'engine room', 'the engine', 'engineers', 'my engines', 'engine', 'reengineered'];
    const made: string[] = [];
    for (const [index, name] of names.entries())
      made.push((await aNamed(tenantId, ['ada'], { name, createdAt: index + 1 })).conversationId);
    await refresh();
    const all = idsOf(await everyPage(searchConversations, { q: 'engine' }, limit));
    expect(all).toEqual([5, 0, 2, 1, 4, 3].map((index) => made[index]));
  });

  it('says what it cannot look at without the engine, and finds names all the same', async () => {
    await people(tenantId, { bob: 'Bob Babbage' });
    const { conversationId } = await aNamed(tenantId, ['ada', 'bob'], { name: 'Engines' });
    await refresh();
    await withoutEngine(async () => {
      const found = await ask(searchConversations, { q: 'engines' });
      expect(idsOf(found.items)).toEqual([conversationId]);
      expect(found['unavailable']).toEqual(['participants', 'descriptions']);
    });
  });
});

group('GET /search/users', () => {
  const find = async (q: string, options: CallOptions = {}) =>
    (await ask(searchUsers, { q }, options)).items.map(({ user }) => (user as unknown as { id: string }).id);

  it('finds by display name or id: whole, begun, without accents, mistyped, in parts of scripts without spaces', async () => {
    await people(tenantId, {
      ada: 'Ada Lovelace',
      'jose.n': 'José Núñez',
      kim: '김철수',
      u77: '山田太郎',
      bob: undefined,
    });
    await people(aTenantId(), { eve: 'Ada of elsewhere' });
    await refresh();
    for (const [q, ids] of [
      ['ada', ['ada']],
      ['LOVE', ['ada']],
      ['lovelace ad', ['ada']],
      ['lovelcae', ['ada']],
      ['nunez', ['jose.n']],
      ['jose.n', ['jose.n']],
      ['철수', ['kim']],
      ['太郎', ['u77']],
      ['u7', ['u77']],
      ['bob', ['bob']],
      ['elsewhere', []],
    ] as const)
      expect(await find(q), q).toEqual(ids);
    expect(await ask(searchUsers, { q: 'love' })).toMatchObject({
      items: [
        { user: { id: 'ada' }, highlights: [{ field: 'displayName', fragments: ['Ada <mark>Lovelace</mark>'] }] },
      ],
      matched: 'exact',
    });
    expect(await ask(searchUsers, { q: 'bo' })).toMatchObject({ items: [{ highlights: [{ field: 'id' }] }] });
    expect((await ask(searchUsers, { q: 'lovelcae' }))['matched']).toBe('similar');
  });

  it('shows them as they are now, and none that is gone', async () => {
    await people(tenantId, { bob: 'Bob Babbage', cleo: 'Cleo Babbage' });
    await refresh();
    const tenant = scope(tenantId);
    await remove(UserEntity.toItem(tenant, 'cleo', aUser('cleo', 'Cleo Babbage')));
    await put(UserEntity.toItem(tenant, 'bob', { ...aUser('bob', 'Robert Babbage'), version: 2 }));
    const { items } = await ask(searchUsers, { q: 'babbage' });
    expect(items).toMatchObject([{ user: { id: 'bob', displayName: 'Robert Babbage' } }]);
    // As `GET /users` and `GET /users/{userId}` do: a block stops messages, it hides nobody.
    await put(BlockEntity.toItem(tenant, { userId: 'bob', blockedId: 'ada' }, { at: 1 }));
    expect(await find('babbage')).toEqual(['bob']);
  });

  it.each([1, 2, 100])('pages of %i hold each once, those first who are called just so', async (limit) => {
    await people(tenantId, { a1: 'Adam', a2: 'Ada', a3: 'Adalbert', a4: 'Ada B', a5: 'Zada', ada: undefined });
    await refresh();
    const ids = (await everyPage(searchUsers, { q: 'ada' }, limit)).map(
      ({ user }) => (user as unknown as { id: string }).id,
    );
    expect(ids.slice(0, 3).sort()).toEqual(['a2', 'a4', 'ada']);
    expect(ids.slice(3).sort()).toEqual(['a1', 'a3']);
  });

  it('finds how ids begin without the engine, and says that it is all', async () => {
    await people(tenantId, { bob: 'Bob', bodo: 'Bodo' });
    await refresh();
    await withoutEngine(async () => {
      expect(await find('bo')).toEqual(['bob', 'bodo']);
      expect((await ask(searchUsers, { q: 'bo' }))['unavailable']).toEqual(['names']);
    });
  });

  it('believes the table, not the index, about a user who never was', async () => {
    await writeDocuments([
      {
        ...{ id: `${tenantId}/u/ghost`, tenant: tenantId, version: 1 },
        document: { kind: 'user', tenant: tenantId, user: 'ghost', names: 'ghost', sum: 1 },
      },
    ]);
    await refresh();
    expect((await ask(searchUsers, { q: 'ghost' })).items).toEqual([]);
  });

  it('takes a cursor back only from whom it was given to, for the words it was given for', async () => {
    await people(tenantId, { a1: 'Ada', a2: 'Ada' });
    await refresh();
    const { nextCursor: cursor } = await ask(searchUsers, { q: 'ada', limit: 1 });
    const again = (input: object, options: CallOptions = {}) =>
      call(handler, searchUsers, { q: 'ada', limit: 1, cursor, ...input }, { tenantId, ...options });
    expect(await again({})).toMatchObject({ status: 200 });
    for (const reply of [
      await again({ q: 'adam' }),
      await again({}, { userId: 'bob' }),
      await again({}, { tenantId: 'x' }),
    ])
      expect(reply).toMatchObject({ status: 400, body: { code: 'request.cursor_invalid' } });
  });
});

group('GET /search/media', () => {
  let medium = 0;
  const aMedia = (change: Parameters<typeof readyMedia>[2] = {}, contentType = 'image/jpeg') => {
    medium += 1;
    return readyMedia(scope(tenantId), contentType, { mediaId: `med_${String(medium).padStart(22, 'b')}`, ...change });
  };
  const find = async (input: object, options: CallOptions = {}) =>
    (await ask(searchMedia, { ...input }, options)).items.map(({ media }) => (media as unknown as { id: string }).id);

  it('finds by file name, caption, kind, content type, conversation and sender', async () => {
    const { conversationId, say } = await aConversation(tenantId, ['ada', 'bob']);
    const loom = await aMedia({ fileName: 'jacquard-loom.jpg' });
    const plan = await aMedia({ fileName: 'plan.pdf' }, 'application/pdf');
    const card = await aMedia({ fileName: 'IMG_001.jpg' });
    await say([''], { u: 'ada', b: { type: 'image', mediaId: loom }, a: 1_000 });
    await say([''], { u: 'bob', b: { type: 'file', mediaId: plan, name: 'plan.pdf' }, a: 2_000 });
    await say(['punched cards'], { u: 'bob', f: [card], a: 3_000 });
    const other = await aConversation(tenantId, ['ada']);
    const second = await aMedia({ fileName: 'loom two.jpg' });
    await other.say([''], { u: 'ada', b: { type: 'image', mediaId: second }, a: 4_000 });
    await refresh();
    expect(await find({})).toEqual([second, card, plan, loom]);
    expect(await find({ q: 'loom' })).toEqual([second, loom]);
    expect(await find({ q: 'loom', conversationId })).toEqual([loom]);
    expect(await find({ q: 'cards' })).toEqual([card]);
    expect(await find({ kind: 'file' })).toEqual([plan]);
    expect(await find({ contentType: 'application/pdf' })).toEqual([plan]);
    expect(await find({ from: 'bob' })).toEqual([card, plan]);
    expect(await find({ q: 'from:bob -punched' })).toEqual([plan]);
    expect(await ask(searchMedia, { q: 'plan' })).toMatchObject({
      items: [{ media: { id: plan }, messageId: `msg_${conversationId.slice(4)}_2`, conversationId, senderId: 'bob' }],
      matched: 'exact',
      warnings: [],
      freshness: { conversationsBehind: 0 },
    });
  });

  it('shows nothing that one may not see now', async () => {
    const { conversationId, say } = await aConversation(tenantId, ['ada', 'bob', 'cleo']);
    const ids = await Promise.all([aMedia(), aMedia(), aMedia(), aMedia(), aMedia()]);
    const items = [];
    for (const [index, mediaId] of ids.entries())
      items.push(
        ...(await say([''], { u: index === 3 ? 'cleo' : 'bob', b: { type: 'image', mediaId }, a: index + 1 })),
      );
    await refresh();
    expect(await find({ kind: 'image' })).toEqual(ids.toReversed());
    // Deleted, not ready any more, removed by an admin, by somebody whom one has blocked.
    await put({ ...items[0], b: { type: 'deleted' }, v: 2, i: 1 });
    const tenant = scope(tenantId);
    const change = async (mediaId: string, what: object) => {
      const stored = { mediaId, ownerId: 'ada', state: 'ready', fileName: 'x', contentType: 'image/jpeg', bytes: 1 };
      await put({ ...MediaEntity.toItem(tenant, mediaId, { ...stored, createdAt: 1, version: 5, ...what } as never) });
    };
    await change(ids[1]!, { state: 'quarantined' });
    await change(ids[2]!, { removedAt: 1 });
    await put(BlockEntity.toItem(tenant, { userId: 'ada', blockedId: 'cleo' }, { at: 1 }));
    expect(await find({ kind: 'image' })).toEqual([ids[4]]);
    expect(await find({ kind: 'image' }, { userId: 'mallory' })).toEqual([]);
    expect(await find({ kind: 'image' }, { tenantId: aTenantId() })).toEqual([]);
    const membership = memberItem(tenantId, conversationId, 'ada');
    await remove(membership);
    await put({ ...membership, pk: 'stale', sk: tenantId });
    expect(await find({ kind: 'image' })).toEqual([]);
  });

  it.each([1, 2, 100])('pages of %i hold each once, several of a message too', async (limit) => {
    const { conversationId } = await aConversation(tenantId, ['ada']);
    const media: string[] = [];
    for (let seq = 1; seq <= 4; seq++) {
      const shown = await Promise.all([aMedia(), aMedia(), aMedia()]);
      media.unshift(...shown);
      const item = messageItem(
        { tenantId, conversationId, seq },
        { b: { type: 'text', text: 'pictures' }, f: shown, a: seq },
      );
      await put(item);
      await indexed(tenantId, conversationId, [item]);
    }
    await refresh();
    const found = await everyPage(searchMedia, { q: 'pictures' }, limit);
    expect(found.map(({ media: one }) => (one as unknown as { id: string }).id)).toEqual(media);
  });
});

group('GET /search', () => {
  it('finds a few of everything, and says of what there are more', async () => {
    await people(tenantId, { eng: 'Engine Driver', ada: 'Ada' });
    const { conversationId, say } = await aNamed(tenantId, ['ada', 'eng'], { name: 'Engine room' });
    const mediaId = await readyMedia(scope(tenantId), 'image/jpeg', {
      ...{ mediaId: `med_${'c'.repeat(22)}`, fileName: 'engine.jpg' },
    });
    await say(['an engine', 'another engine', 'one more engine']);
    await say([''], { b: { type: 'image', mediaId } });
    await refresh();
    const found = await ask(searchAll, { q: 'engine', limit: 2 });
    expect(found).toMatchObject({
      conversations: [{ conversation: { id: conversationId } }],
      users: [{ user: { id: 'eng' } }],
      media: [{ media: { id: mediaId } }],
      more: ['messages'],
      unavailable: [],
    });
    expect(found['messages']).toHaveLength(2);
    expect(await ask(searchAll, { q: 'engine' }, { userId: 'mallory' })).toMatchObject({
      ...{ messages: [], conversations: [], media: [], users: [{ user: { id: 'eng' } }] },
    });
  });

  it('tells what it can where the engine does not answer, and says what it cannot', async () => {
    await people(tenantId, { engineer: 'Bob' });
    const { conversationId, say } = await aNamed(tenantId, ['ada'], { name: 'Engine room' });
    await say(['an engine']);
    await refresh();
    await withoutEngine(async () => {
      expect(await ask(searchAll, { q: 'engine' })).toMatchObject({
        ...{ messages: [], media: [], conversations: [{ conversation: { id: conversationId } }] },
        ...{ users: [{ user: { id: 'engineer' } }], unavailable: ['messages', 'conversations', 'users', 'media'] },
      });
    });
  });
});
