import { beforeEach, describe, expect, it } from 'vitest';
import type { transport } from '#aws/transport.ts';
import { searchMessages } from '#contract/search.ts';
import type { Hit, Position } from '#gateways/search.ts';
import { toMessage } from '#table/message.ts';
import { mockAws, setEnvironment } from '#test/support/aws.ts';
import { call } from '#test/support/call.ts';
import { CONVERSATION_ID } from '#test/support/example-ids.ts';
import { answerFrom } from '#test/support/fake-table.ts';
import { itemsOf } from '#test/support/world.ts';
import { type Asking, collectHits } from '../../functions/api/search/collect-hits.ts';
import { handler } from '../../functions/api/search/search.lambda.ts';

setEnvironment();
const aws = mockAws();
const { engine } = aws;
const ask = (input: Record<string, unknown>) => call(handler, searchMessages, input);

beforeEach(() => {
  aws.reset();
  answerFrom(aws.documents, itemsOf('acme'));
});

describe('GET /search/messages', () => {
  it('asks the engine for the caller\u2019s tenant and conversations only, and never for half an answer', async () => {
    expect(await ask({ q: '"analytical engine" rule' })).toMatchObject({ status: 200, body: { items: [] } });
    expect(engine).toHaveBeenCalledTimes(1);
    const [url, request] = engine.mock.calls[0]!;
    expect(Object.fromEntries(new URL(String(url)).searchParams)).toEqual({
      routing: 'acme',
      allow_partial_search_results: 'false',
    });
    const { query } = JSON.parse(String(request?.body)) as { query: { bool: { filter: object[] } } };
    expect(query.bool.filter).toEqual([
      { term: { tenant: 'acme' } },
      { terms: { conversation: expect.arrayContaining([CONVERSATION_ID]) } },
      { match_phrase: { text: 'analytical engine' } },
      { match: { text: 'rule' } },
    ]);
  });

  it('asks nobody for a caller who is in no conversation', async () => {
    const { status, body } = await call(handler, searchMessages, { q: 'engine' }, { userId: 'nobody' });
    expect({ status, body }).toEqual({ status: 200, body: { items: [], nextCursor: null } });
    expect(engine).not.toHaveBeenCalled();
  });

  it.each([
    ['does not answer', () => Promise.reject(new TypeError('fetch failed'))],
    ['is overloaded', async () => Response.json({ error: { type: 'busy' } }, { status: 429 })],
    ['is broken', async () => new Response('<html>', { status: 502 })],
  ])('says 503 and when to come back when the engine %s', async (_, answer) => {
    engine.mockImplementation(answer as typeof transport.send);
    const { status, body, headers } = await ask({ q: 'engine' });
    expect({ status, body }).toMatchObject({ status: 503, body: { code: 'search.unavailable' } });
    expect(headers).toHaveProperty('retry-after');
  });

  it('finds nothing before the first message was indexed', async () => {
    engine.mockImplementation(async () =>
      Response.json({ error: { type: 'index_not_found_exception', reason: 'no such index' } }, { status: 404 }),
    );
    expect(await ask({ q: 'engine' })).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
  });

  it('takes a refusal of the engine for a fault of ours', async () => {
    engine.mockImplementation(async () => Response.json({ error: { type: 'parsing_exception' } }, { status: 400 }));
    expect(await ask({ q: 'engine' })).toMatchObject({ status: 500, body: { code: 'service.failed' } });
  });

  it.each([
    [{ q: '' }, 'request.invalid'],
    [{ q: '!!' }, 'request.invalid'],
    [{ q: 'x'.repeat(257) }, 'request.invalid'],
    [{ q: 'engine', fields: 'tenant' }, 'request.invalid'],
    [{ q: 'engine', limit: 101 }, 'request.invalid'],
    [{ q: 'engine', cursor: 'eyJ9.e30' }, 'request.cursor_invalid'],
  ])('refuses %j with %s and asks the engine nothing', async (input, code) => {
    expect(await ask(input)).toMatchObject({ status: 400, body: { code } });
    expect(engine).not.toHaveBeenCalled();
  });
});

describe('a page of hits', () => {
  /** An index of this many hits, the newest with the greatest number. */
  const index = (count: number): Hit[] =>
    Array.from({ length: count }, (_, number) => {
      const seq = count - number;
      const position: Position = [seq, CONVERSATION_ID, seq];
      return { conversationId: CONVERSATION_ID, seq, version: 2, highlights: [`<mark>${seq}</mark>`], position };
    });
  const message = (seq: number, text: string) =>
    toMessage(CONVERSATION_ID, seq, { u: 'bob', b: { type: 'text', text }, a: 1, v: 1 });

  const asking = (hits: readonly Hit[], mayRead: (seq: number) => boolean) => {
    const sizes: number[] = [];
    const source: Asking = {
      search: async (after, size) => {
        sizes.push(size);
        return hits.filter(({ position: [at] }) => !after || at < after[0]).slice(0, size);
      },
      readable: async (found) => found.map(({ seq }) => (mayRead(seq) ? message(seq, `text ${seq}`) : undefined)),
    };
    return { source, sizes };
  };
  const seqs = ({ items }: Awaited<ReturnType<typeof collectHits>>) => items.map((hit) => hit.message.seq);

  it('is full and has no next page when the index has just that many', async () => {
    const { source, sizes } = asking(index(3), () => true);
    const page = await collectHits(source, { limit: 3, after: undefined });
    expect(seqs(page)).toEqual([3, 2, 1]);
    expect(page.next).toBeUndefined();
    expect(sizes).toEqual([4]);
  });

  it('never holds what the table does not let the caller read, and is filled up from further hits', async () => {
    const { source } = asking(index(10), (seq) => seq % 2 === 1);
    const page = await collectHits(source, { limit: 3, after: undefined });
    expect(seqs(page)).toEqual([9, 7, 5]);
    expect(page.next?.[0]).toBe(5);
  });

  it('goes out short after a bounded number of rounds, with a cursor that loses nothing', async () => {
    const { source, sizes } = asking(index(1_000), (seq) => seq === 1);
    const first = await collectHits(source, { limit: 10, after: undefined });
    expect(first.items).toEqual([]);
    expect(sizes).toHaveLength(5);
    const found: number[] = [];
    for (let after = first.next; after; ) {
      const page = await collectHits(source, { limit: 10, after });
      found.push(...seqs(page));
      after = page.next;
    }
    expect(found).toEqual([1]);
  });

  it('shows fragments only of the very state that the table holds', async () => {
    const [hit] = index(1);
    const { source } = asking([hit!], () => true);
    const current = { ...source, readable: async () => [message(1, 'now')] };
    const edited = { ...source, readable: async () => [{ ...message(1, 'now'), version: 2 }] };
    const page = { limit: 1, after: undefined };
    expect((await collectHits(current, page)).items).toMatchObject([{ highlights: ['<mark>1</mark>'] }]);
    expect((await collectHits(edited, page)).items).toMatchObject([{ highlights: [] }]);
  });

  it('drops a message that has no text any more', async () => {
    const { source } = asking(index(1), () => true);
    const emptied = { ...message(1, 'x'), body: { type: 'image' as const, mediaId: 'med_AZqYt2a0cK6fPpQ1mWk3Zg' } };
    const page = await collectHits({ ...source, readable: async () => [emptied] }, { limit: 1, after: undefined });
    expect(page.items).toEqual([]);
  });
});
