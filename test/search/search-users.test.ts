import { beforeEach, expect, describe as group, it } from 'vitest';
import { api } from '#contract/api.ts';
import { handler } from '#functions/api/search/search.lambda.ts';
import { writeDocuments } from '#indexing/write-documents.ts';
import { BlockEntity } from '#table/block.ts';
import { scope } from '#table/entity.ts';
import { UserEntity } from '#table/user.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { ask, everyPage, tenantOfTest, useBox, withoutEngine } from './box-ground.ts';
import { aTenantId } from './engine.ts';
import { put, refresh, remove } from './ground.ts';
import { aUser, people } from './named-ground.ts';

useBox();
const { searchUsers } = api.search;
let tenantId = '';
beforeEach(() => {
  tenantId = tenantOfTest();
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
