import fc from 'fast-check';
import { beforeEach, expect, describe as group, it } from 'vitest';
import { transport } from '#aws/transport.ts';
import { api } from '#contract/api.ts';
import type { Suggestion } from '#contract/suggestions.ts';
import { handler } from '#functions/api/search/search.lambda.ts';
import { scope } from '#table/entity.ts';
import { RateBucketEntity } from '#table/rate-bucket.ts';
import { rememberSearch } from '#table/recent-search.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aTenantId } from './engine.ts';
import { memberItem, put, refresh, remove, useGround } from './ground.ts';
import { aNamed, people } from './named-ground.ts';

useGround();
const { suggest } = api.search;

let tenantId = '';
beforeEach(() => {
  tenantId = aTenantId();
});

const ask = async (q: string, input: object = {}, options: CallOptions = {}) => {
  const { status, body } = await call(handler, suggest, { q, ...input }, { tenantId, ...options });
  expect(status, JSON.stringify(body)).toBe(200);
  expect(suggest.output.safeParse(body)).toMatchObject({ success: true });
  return body as unknown as { items: Suggestion[]; unavailable: string[] };
};
/** The query that each suggestion makes of what was typed. */
const made = async (q: string, input: object = {}) =>
  (await ask(q, input)).items.map(({ insert, replaces: [start, end] }) => q.slice(0, start) + insert + q.slice(end));

group('GET /search/suggestions', () => {
  it('suggests people, conversations, operators, their values and one’s own searches, where each may stand', async () => {
    await people(tenantId, { ada: 'Ada Lovelace', bob: 'Bob Babbage', haskell: undefined });
    await aNamed(tenantId, ['ada'], { name: 'Babbage & co' });
    await aNamed(tenantId, ['ada'], { name: 'hasty' });
    await rememberSearch(scope(tenantId), 'ada', 'has:image sunset', Date.now() - 60_000);
    await refresh();
    expect(await made('ba')).toEqual(['from:@bob', 'in:"Babbage & co"']);
    expect(await made('from:ba')).toEqual(['from:@bob']);
    expect(await made('-from:m')).toEqual(['-from:me']);
    expect(await made('in:bab')).toEqual(['in:@bob', 'in:"Babbage & co"']);
    expect(await made('loom has:im')).toEqual(['loom has:image']);
    expect(await made('is:')).toEqual(['is:pinned', 'is:edited', 'is:thread']);
    expect(await made('has')).toEqual(['has:image sunset', 'has:', 'from:@haskell', 'in:hasty']);
    expect(await made('')).toEqual(expect.arrayContaining(['has:image sunset', 'from:']));
    // At the caret, not at the end.
    expect(await made('from:ba loom', { caret: 7 })).toEqual(['from:@bob loom']);
  });

  it('names a conversation by its id where others of one’s own have the same name', async () => {
    const ids = [];
    for (let count = 0; count < 2; count++)
      ids.push((await aNamed(tenantId, ['ada'], { name: 'Looms' })).conversationId);
    expect((await made('in:loo')).sort()).toEqual(ids.map((id) => `in:${id}`).sort());
  });

  it('says nothing of others’ searches, nor of conversations that one is not in, or is in no longer', async () => {
    await rememberSearch(scope(tenantId), 'bob', 'secret plans', Date.now());
    const { conversationId } = await aNamed(tenantId, ['ada', 'bob'], { name: 'Secret room' });
    expect(await made('sec')).toEqual(['in:"Secret room"']);
    // At once, though what she is in was read a moment ago.
    await remove(memberItem(tenantId, conversationId, 'ada'));
    expect(await made('sec')).toEqual([]);
    expect((await ask('sec', {}, { userId: 'mallory' })).items).toEqual([]);
    expect((await ask('sec', {}, { tenantId: aTenantId() })).items).toEqual([]);
  });

  it('asks the engine once at most, and not at all where no name may stand', async () => {
    await people(tenantId, { bob: 'Bob' });
    await refresh();
    const { send } = transport;
    let asked = 0;
    transport.send = (url, request) => {
      if (/_search|_mget/.test(url.pathname)) asked += 1;
      return send(url, request);
    };
    try {
      for (const [q, most] of [
        ['bo', 1],
        ['from:bo', 1],
        ['in:bo', 1],
        ['zzz', 1],
        ['', 0],
        ['has:i', 0],
        ['before:t', 0],
      ] as const) {
        asked = 0;
        await ask(q);
        expect(asked, q).toBe(most);
      }
    } finally {
      transport.send = send;
    }
  });

  it('goes on without the engine: people by their ids, and says so', async () => {
    await people(tenantId, { bob: 'Bob Babbage' });
    await aNamed(tenantId, ['ada'], { name: 'Bob’s room' });
    await refresh();
    const { send } = transport;
    transport.send = async (url, request) =>
      url.pathname.includes('_search') ? new Response('{}', { status: 503 }) : send(url, request);
    try {
      expect(await ask('bo')).toMatchObject({
        items: [{ kind: 'person', userId: 'bob' }, { kind: 'conversation' }],
        unavailable: ['people'],
      });
    } finally {
      transport.send = send;
    }
  });

  it('never tells a name that is not the caller’s to know, whatever is typed and whoever comes and goes', async () => {
    const others = aTenantId();
    await people(tenantId, { ada: 'Ada', bob: 'Anton Bob' });
    await people(others, { eve: 'Annelise Elsewhere' });
    await aNamed(others, ['ada'], { name: 'Anemone elsewhere' });
    const rooms: { conversationId: string; name: string }[] = [];
    for (const name of ['Anagram', 'Anatomy an', 'Ancient', '安全', 'an-archive'])
      rooms.push({ name, conversationId: (await aNamed(tenantId, ['bob'], { name })).conversationId });
    await refresh();
    const inside = new Set<string>();
    const step = fc.oneof(
      fc.record({ room: fc.nat(4), comes: fc.boolean() }),
      fc.record({
        q: fc
          .array(
            fc.constantFrom('a', 'an', 'ana', 'in:', 'from:', '"', '安', ' ', '-', 'elsewhere', 'has:', '(', '@'),
            { maxLength: 4 },
          )
          .map((parts) => parts.join('')),
        caret: fc.nat(12),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        for (const now of steps) {
          if ('room' in now) {
            const { conversationId, name } = rooms[now.room]!;
            const item = memberItem(tenantId, conversationId, 'ada');
            await (now.comes ? put(item) : remove(item));
            if (now.comes) inside.add(name);
            else inside.delete(name);
            continue;
          }
          // As if it were typed slowly.
          await remove(RateBucketEntity.toItem(scope(tenantId), { userId: 'ada', counted: 'suggestions' }, { t: 0 }));
          const { items } = await ask(now.q, { caret: now.caret });
          const told = JSON.stringify(items);
          expect(told).not.toMatch(/elsewhere/i);
          for (const { name } of rooms) if (!inside.has(name)) expect(told).not.toContain(name);
          for (const { replaces } of items) {
            expect(replaces[0]).toBeLessThanOrEqual(replaces[1]);
            expect(replaces[1]).toBeLessThanOrEqual(now.q.length);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
