import { beforeEach, describe, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { messageIdOf } from '#contract/ids.ts';
import { listMessages } from '#contract/messages.ts';
import { getMessageContext, searchMessages } from '#contract/search.ts';
import { scope } from '#table/entity.ts';
import { listReindexes } from '#table/reindex.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { handler as history } from '../../functions/api/messages/messages.lambda.ts';
import { handler as search } from '../../functions/api/search/search.lambda.ts';
import { aTenantId, engine } from './engine.ts';
import { aConversation, headItem, memberItem, put, refresh, useGround } from './ground.ts';

useGround();

interface Body {
  readonly items: { message: { id: string; seq: number; body: { text: string } } }[];
  readonly nextCursor: string | null;
  readonly total: { value: number; exact: boolean };
  readonly facets?: Record<string, { value: string; count: number }[]>;
  readonly warnings: { code: string }[];
  readonly freshness: { behindMs: number; conversationsBehind: number };
  readonly matched: string;
}

let tenantId = '';
beforeEach(() => {
  tenantId = aTenantId();
});

const ask = async (input: Record<string, unknown>, options: CallOptions = {}) => {
  const { status, body } = await call(search, searchMessages, { remember: false, ...input }, { tenantId, ...options });
  expect(status, JSON.stringify(body)).toBe(200);
  const answer = body as unknown as Body;
  return { ...answer, texts: answer.items.map(({ message }) => message.body.text) };
};

/** All pages of a search, with what is done between them. */
async function pages(input: Record<string, unknown>, between: (page: number) => Promise<void> = async () => {}) {
  const [seen, warnings]: [string[], string[]] = [[], []];
  let cursor: string | null | undefined;
  for (let page = 1; cursor !== null && page < 100; page++) {
    const found = await ask({ ...input, ...(cursor && { cursor }) });
    seen.push(...found.items.map(({ message }) => message.id));
    warnings.push(...found.warnings.map(({ code }) => code));
    cursor = found.nextCursor;
    await between(page);
  }
  return { seen, warnings };
}

describe('a search by relevance', () => {
  it('puts what fits best first, and of what fits alike what is recent', async () => {
    const { say } = await aConversation(tenantId, ['ada']);
    // So long that it fits worse than twice: what is recent counts double at most, and other tests share the engine's averages.
    await say([`an engine among ${'very many '.repeat(100)}things`], { s: Date.now() - 1_000 });
    await say(['engine'], { s: Date.now() - 400 * 86_400_000 });
    await say(['engine'], { s: Date.now() - 86_400_000 });
    await refresh();
    const { items } = await ask({ q: 'engine', sort: 'relevance' });
    expect(items.map(({ message }) => message.seq)).toEqual([3, 2, 1]);
  });

  it.each([1, 4, 50])('shows every hit once in pages of %i, whatever is said meanwhile', async (limit) => {
    const { say } = await aConversation(tenantId, ['ada']);
    const items = await say(Array.from({ length: 12 }, (_, number) => `engine ${'and '.repeat(number)}`));
    await refresh();
    const { seen, warnings } = await pages({ q: 'engine', sort: 'relevance', limit }, async (page) => {
      if (page > 3) return;
      await say(['engine engine engine', 'an engine']);
      await refresh();
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(items.length);
    expect(warnings).toEqual([]);
  });

  it('goes on when its point in time has ended, and says so', async () => {
    const { say } = await aConversation(tenantId, ['ada']);
    await say(Array.from({ length: 6 }, (_, number) => `engine ${'and '.repeat(number)}`));
    await refresh();
    const { seen, warnings } = await pages({ q: 'engine', sort: 'relevance', limit: 2 }, async (page) => {
      if (page === 1) await engine('DELETE', '/_search/point_in_time/_all');
    });
    expect([...seen].sort()).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
    expect(warnings).toEqual(['order_may_shift']);
  });
});

it('begins with the oldest where that is asked for', async () => {
  const { say } = await aConversation(tenantId, ['ada']);
  await say(['engine 1', 'engine 2', 'engine 3']);
  await refresh();
  expect((await ask({ q: 'engine', sort: 'oldest' })).texts).toEqual(['engine 1', 'engine 2', 'engine 3']);
});

it('matches what is similar only where nothing is just so, or where it is asked to', async () => {
  const { say } = await aConversation(tenantId, ['ada']);
  await say(['the engine weaves']);
  await refresh();
  expect(await ask({ q: 'engine' })).toMatchObject({ matched: 'exact', items: [{}] });
  expect(await ask({ q: 'enginee' })).toMatchObject({ matched: 'similar', items: [{}] });
  expect(await ask({ q: 'enginee', match: 'exact' })).toMatchObject({ matched: 'exact', items: [] });
  expect(await ask({ q: 'engine', match: 'similar' })).toMatchObject({ matched: 'similar', items: [{}] });
});

it('counts by conversation, sender, type and month of a time zone, and says where it stops counting', async () => {
  const { say, conversationId } = await aConversation(tenantId, ['ada']);
  await say(['engine 1'], { s: Date.UTC(2026, 4, 31, 23) });
  await say(['engine 2'], { s: Date.UTC(2026, 5, 2), u: 'cleo' });
  await refresh();
  const facets = 'conversation,sender,type,month';
  const june = { value: '2026-06', count: 1 };
  const { total, facets: found } = await ask({ q: 'engine', facets });
  expect(total).toEqual({ value: 2, exact: true });
  expect(found).toEqual({
    conversation: [{ value: conversationId, count: 2 }],
    sender: expect.arrayContaining([
      { value: 'bob', count: 1 },
      { value: 'cleo', count: 1 },
    ]),
    type: [{ value: 'text', count: 2 }],
    month: [june, { value: '2026-05', count: 1 }],
  });
  const berlin = await ask({ q: 'engine', facets, timeZone: 'Europe/Berlin' });
  expect(berlin.facets?.['month']).toEqual([{ value: '2026-06', count: 2 }]);
});

it('says how far the index is behind what heads name as last messages', async () => {
  const { store, say, conversationId } = await aConversation(tenantId, ['ada']);
  const now = Date.now();
  const [first, second] = [await say(['engine 1'], { a: now - 5_000 }), await store(['engine 2'], { a: now - 2_000 })];
  expect([first, second].map((items) => items.length)).toEqual([1, 1]);
  const head = (lastSeq: number, a: number) =>
    put(headItem(tenantId, conversationId, { seq: 2, lastSeq, last: { by: 'bob', type: 'text', text: 'e', a } }));
  await refresh();
  await head(1, now - 5_000);
  expect((await ask({ q: 'engine' })).freshness).toMatchObject({ behindMs: 0, conversationsBehind: 0 });
  await head(2, now - 2_000);
  const { behindMs, conversationsBehind } = (await ask({ q: 'engine' })).freshness;
  expect(conversationsBehind).toBe(1);
  expect(behindMs).toBeGreaterThan(2_000);
});

it('forgets what the engine said as soon as its caller comes into a conversation or leaves one', async () => {
  const { say } = await aConversation(tenantId, ['ada']);
  const other = await aConversation(tenantId, ['bob']);
  await say(['engine 1']);
  await other.say(['engine 2']);
  await refresh();
  expect((await ask({ q: 'engine' })).texts).toEqual(['engine 1']);
  await put(memberItem(tenantId, other.conversationId, 'ada'));
  expect((await ask({ q: 'engine' })).texts.sort()).toEqual(['engine 1', 'engine 2']);
});

it('remembers what the engine said until something is said or changed, and nothing while the index may follow', async () => {
  const { say, conversationId } = await aConversation(tenantId, ['ada']);
  await say(['engine 1']);
  await refresh();
  expect((await ask({ q: 'engine' })).texts).toEqual(['engine 1']);
  // The heads of this file say nothing of what is said.
  await say(['engine 2']);
  await refresh();
  expect((await ask({ q: 'engine' })).texts).toEqual(['engine 1']);
  await put(headItem(tenantId, conversationId, { seq: 2, lastAt: Date.now() - 60_000 }));
  expect((await ask({ q: 'engine' })).texts).toEqual(['engine 2', 'engine 1']);
  await put(headItem(tenantId, conversationId, { seq: 3, lastAt: Date.now() }));
  expect((await ask({ q: 'engine' })).texts).toEqual(['engine 2', 'engine 1']);
  await say(['engine 3']);
  await refresh();
  expect((await ask({ q: 'engine' })).texts).toEqual(['engine 3', 'engine 2', 'engine 1']);
});

it('looks at each conversation from where its history begins for the caller, in however many of them', async () => {
  const rooms = await Promise.all(
    Array.from({ length: 230 }, () => aConversation(tenantId, [], { rules: { since: true } })),
  );
  for (const { conversationId } of rooms) await put(memberItem(tenantId, conversationId, 'ada', { joinedSeq: 2 }));
  for (const { say } of rooms.slice(0, 3)) await say(['engine before', 'engine after']);
  await refresh();
  const { texts, total } = await ask({ q: 'engine' });
  expect(texts).toEqual(Array(3).fill('engine after'));
  expect(total).toEqual({ value: 3, exact: true });
});

it('finds by what conversations and people are called', async () => {
  const { say, conversationId } = await aConversation(tenantId, ['ada'], { name: 'Difference Engine' });
  const other = await aConversation(tenantId, ['ada'], { name: 'Looms' });
  const foreign = await aConversation(tenantId, ['bob'], { name: 'Secret' });
  await say(['a gear']);
  await other.say(['another gear']);
  await foreign.say(['a secret gear']);
  await refresh();
  expect((await ask({ q: 'gear in:"difference engine"' })).texts).toEqual(['a gear']);
  expect((await ask({ q: 'gear in:diff' })).texts).toEqual(['a gear']);
  expect((await ask({ q: `gear -in:${conversationId}` })).texts).toEqual(['another gear']);
  expect((await ask({ q: 'gear from:bob' })).texts).toHaveLength(2);
  const named = await ask({ q: 'gear in:Secret' });
  expect(named.warnings).toMatchObject([{ code: 'unknown_value' }]);
  expect(named.texts).toEqual([]);
});

it('begins to index a tenant with its first search, once, where tenants are indexed only then', async () => {
  await aConversation(tenantId, ['ada']);
  const reindexes = async () => (await listReindexes(scope(tenantId), 10)).map(({ scope: what }) => what);
  await ask({ q: 'engine' });
  expect(await reindexes()).toEqual([]);
  process.env[ENV.searchLazy] = 'true';
  try {
    await Promise.all([ask({ q: 'engine' }), ask({ q: 'loom' })]);
    await ask({ q: 'mill' });
  } finally {
    delete process.env[ENV.searchLazy];
  }
  expect(await reindexes()).toEqual(['tenant']);
});

describe('GET /search/messages/{messageId}/context', () => {
  it('shows a hit among its neighbours, and where to read on in both directions', async () => {
    const { store, conversationId } = await aConversation(tenantId, ['ada'], { seq: 20 });
    await store(Array.from({ length: 20 }, (_, number) => `line ${number + 1}`));
    const messageId = messageIdOf(conversationId, 10);
    const around = async (input: object, options: CallOptions = {}) => {
      const { status, body } = await call(search, getMessageContext, { messageId, ...input }, { tenantId, ...options });
      const { items = [], previousCursor, nextCursor } = body as unknown as Partial<Body> & { previousCursor: string };
      return {
        status,
        seqs: items.map(({ message, ...rest }) => (message ?? (rest as { seq: number })).seq),
        previousCursor,
        nextCursor,
      };
    };
    const { seqs, previousCursor, nextCursor } = await around({ before: 2, after: 3 });
    expect(seqs).toEqual([8, 9, 10, 11, 12, 13]);
    const read = async (cursor: string | null | undefined) => {
      const { body } = await call(history, listMessages, { conversationId, cursor, limit: 2 }, { tenantId });
      return (body['items'] as { seq: number }[]).map(({ seq }) => seq);
    };
    expect(await read(previousCursor)).toEqual([7, 6]);
    expect(await read(nextCursor)).toEqual([14, 15]);
    expect((await around({ before: 0, after: 0 })).seqs).toEqual([10]);
    expect(await around({ before: 50, after: 50 })).toMatchObject({ previousCursor: null, nextCursor: null });
    expect((await around({}, { userId: 'bob' })).status).toBe(404);
  });
});
