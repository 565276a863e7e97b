import { beforeEach, expect, describe as group, it } from 'vitest';
import { api } from '#contract/api.ts';
import { directConversationId } from '#table/direct-conversation.ts';
import { scope } from '#table/entity.ts';
import type { CallOptions } from '#test/support/call.ts';
import { ask, everyPage, tenantOfTest, useBox, withoutEngine } from './box-ground.ts';
import { aTenantId } from './engine.ts';
import { headItem, memberItem, put, refresh, remove } from './ground.ts';
import { aNamed, describe, people, rename } from './named-ground.ts';

useBox();
const { searchConversations } = api.search;
let tenantId = '';
beforeEach(() => {
  tenantId = tenantOfTest();
});

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
