import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { transport } from '#aws/transport.ts';
import { searchMessages } from '#contract/search.ts';
import { openingsSince } from '#gateways/search/breaker.ts';
import { mockAws, setEnvironment } from '#test/support/aws.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { CONVERSATION_ID } from '#test/support/example-ids.ts';
import { answerFrom } from '#test/support/fake-table.ts';
import { useLog } from '#test/support/logged.ts';
import { itemsOf } from '#test/support/world.ts';
import { handler } from '../../functions/api/search/search.lambda.ts';

setEnvironment();
const lines = useLog();
const aws = mockAws();
const { engine } = aws;
const ask = (input: Record<string, unknown>, options: CallOptions = {}) =>
  call(handler, searchMessages, input, options);

/** The memory of answers and the breaker outlive a request, as they do in a function: every test has users of its own time. */
let now = Date.UTC(2026, 10, 22);
beforeEach(() => {
  now += 60_000;
  vi.useFakeTimers({ now, toFake: ['Date'] });
  aws.reset();
  answerFrom(aws.documents, itemsOf('acme'));
  return () => vi.useRealTimers();
});

describe('GET /search/messages', () => {
  it('asks the engine for the caller’s tenant and conversations only, and never for half an answer', async () => {
    const { status, body } = await ask({ q: 'analytical' });
    expect({ status, body }).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
    expect(searchMessages.output.safeParse(body)).toMatchObject({ success: true });
    expect(engine).toHaveBeenCalled();
    for (const [url, request] of engine.mock.calls) {
      expect(Object.fromEntries(new URL(String(url)).searchParams)).toEqual({
        routing: 'acme',
        allow_partial_search_results: 'false',
      });
      const { query } = JSON.parse(String(request?.body)) as { query: { bool: { filter: object[] } } };
      expect(query.bool.filter).toEqual(
        expect.arrayContaining([
          { term: { kind: 'message' } },
          { term: { tenant: 'acme' } },
          { terms: { conversation: expect.arrayContaining([CONVERSATION_ID]) } },
        ]),
      );
    }
  });

  it('finds nothing for a caller who is in no conversation', async () => {
    const { status, body } = await ask({ q: 'engine' }, { userId: 'nobody' });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { items: [], nextCursor: null, total: { value: 0, exact: true }, notSearchable: [] },
    });
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

  it('leaves an engine alone that fails again and again, says so, and asks it again after a while', async () => {
    openingsSince();
    engine.mockImplementation(() => Promise.reject(new TypeError('fetch failed')));
    for (let times = 0; times < 6; times++) await ask({ q: `engine ${times}` });
    engine.mockClear();
    expect(await ask({ q: 'engine' })).toMatchObject({
      status: 503,
      body: { code: 'search.unavailable' },
      headers: { 'retry-after': '5' },
    });
    expect(engine).not.toHaveBeenCalled();
    expect(lines()).toContainEqual(expect.objectContaining({ SearchPauses: 1, SearchesFailed: 1 }));
    expect(lines()).toContainEqual(expect.objectContaining({ SearchesRejected: 1, code: 'search.unavailable' }));
    now += 5_000;
    vi.setSystemTime(now);
    aws.reset();
    answerFrom(aws.documents, itemsOf('acme'));
    expect(await ask({ q: 'engine' })).toMatchObject({ status: 200 });
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
    [{ q: 'x'.repeat(513) }, 'request.invalid'],
    [{ q: 'engine', fields: 'tenant' }, 'request.invalid'],
    [{ q: 'engine', limit: 101 }, 'request.invalid'],
    [{ q: 'engine', timeZone: 'Europe/Nowhere' }, 'request.invalid'],
    [{ q: 'engine', facets: 'tenant' }, 'request.invalid'],
    [{ q: 'engine', sort: '_score' }, 'request.invalid'],
    [{ q: 'engine', cursor: 'eyJ9.e30' }, 'request.cursor_invalid'],
  ])('refuses %j with %s and asks the engine nothing', async (input, code) => {
    expect(await ask(input)).toMatchObject({ status: 400, body: { code } });
    expect(engine).not.toHaveBeenCalled();
  });
});
