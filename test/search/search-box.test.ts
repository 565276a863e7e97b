import { beforeEach, expect, describe as group, it } from 'vitest';
import { api } from '#contract/api.ts';
import { BlockEntity } from '#table/block.ts';
import { scope } from '#table/entity.ts';
import { MediaEntity } from '#table/media.ts';
import type { CallOptions } from '#test/support/call.ts';
import { readyMedia } from '#test/support/media.ts';
import { messageItem } from '../stream/records.ts';
import { ask, everyPage, tenantOfTest, useBox, withoutEngine } from './box-ground.ts';
import { aTenantId } from './engine.ts';
import { aConversation, indexed, memberItem, put, refresh, remove } from './ground.ts';
import { aNamed, people } from './named-ground.ts';

useBox();
const { searchAll, searchMedia } = api.search;
let tenantId = '';
beforeEach(() => {
  tenantId = tenantOfTest();
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
