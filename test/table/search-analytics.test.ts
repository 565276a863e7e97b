import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import type { SearchAnalytics } from '#contract/search-analytics.ts';
import { DEFAULT_RULES } from '#contract/tenant.ts';
import { dayOf, TERM_PLACES, USERS_TO_KNOW } from '#domain/search/figures.ts';
import { handler } from '#functions/api/search/search.lambda.ts';
import { type Answered, afterSearch } from '#searching/remember.ts';
import { scope } from '#table/entity.ts';
import { SearchStatsEntity } from '#table/search-stats.ts';
import { tableName } from '#table/table-name.ts';
import { TenantSettingsEntity } from '#table/tenant-settings.ts';
import { emulatorEndpoint } from '#test/support/aws-env.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
const { getSearchAnalytics } = api.search;
const NOW = Date.now();
const TODAY = dayOf(NOW);
let tenants = 0;
let tenantId: string;
beforeEach(() => {
  tenants += 1;
  tenantId = `counting-${tenants}`;
});

const by = (userId: string) => ({ tenant: scope(tenantId), userId, roles: ['user' as const] });
const searched = (userId: string, q: string, with_: Partial<Answered> = {}) =>
  afterSearch(by(userId), { q, at: NOW, ms: 20, empty: false, similar: false, remember: true, ...with_ });
const told = async (input: object = {}, options: CallOptions = {}) =>
  call(handler, getSearchAnalytics, { ...input }, { tenantId, roles: ['admin'], ...options });
const figures = async (input?: object) => (await told(input)).body as unknown as SearchAnalytics;

/** Everything in the table that is a tenant's and no user's own. */
async function everything(): Promise<string> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: emulatorEndpoint() }));
  const found: string[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName() }))
    for (const item of Items)
      if (String(item['pk']).startsWith(`${scope(tenantId)}#`) && item['ty'] !== 'recent-search')
        found.push(JSON.stringify(item, (_, value) => (value instanceof Set ? [...value] : value)));
  client.destroy();
  return found.join('\n');
}

describe('counting searches', () => {
  it('is exact however many search at once, for terms that are known and for those that are not', async () => {
    const searches = Array.from({ length: 120 }, (_, index) => ({
      userId: `user-${index % 10}`,
      q: index % 3 === 0 ? 'engine' : `loom ${index % 7}`,
      empty: index % 4 === 0,
      similar: index % 6 === 1,
      ms: (index % 12) * 300,
    }));
    await Promise.all(searches.map(({ userId, q, ...rest }) => searched(userId, q, rest)));
    const summary = await figures();
    expect(summary).toMatchObject({
      enabled: true,
      searches: 120,
      withoutResults: searches.filter(({ empty }) => empty).length,
      similar: searches.filter(({ similar, empty }) => similar && !empty).length,
      days: [{ day: TODAY, searches: 120 }],
    });
    expect(summary.topTerms[0]).toEqual({ term: 'engine', searches: 40, withoutResults: 10 });
    const shown = summary.topTerms.reduce((sum, { searches: n }) => sum + n, 0);
    expect(shown + summary.otherSearches).toBe(120);
    let before = 0;
    for (const { upToMs, searches: n } of summary.latencies) {
      const end = upToMs ?? Number.POSITIVE_INFINITY;
      expect(n).toBe(searches.filter(({ ms }) => ms <= end).length - before);
      before += n;
    }
  });

  it('shows a term from the fifth different user on, with all its searches, and not before', async () => {
    for (let user = 1; user < USERS_TO_KNOW; user++)
      for (let again = 0; again < 3; again++) await searched(`user-${user}`, 'Analytical  ENGINE', { empty: true });
    expect(await figures()).toMatchObject({ topTerms: [], termsWithoutResults: [], otherSearches: 12, searches: 12 });
    await searched('user-5', 'analytical engine', { empty: true });
    const term = { term: 'analytical engine', searches: 13, withoutResults: 13 };
    expect(await figures()).toMatchObject({ topTerms: [term], termsWithoutResults: [term], otherSearches: 0 });
    await searched('user-1', 'analytical engine');
    await searched('user-6', 'analytical engine');
    expect((await figures()).topTerms).toEqual([{ ...term, searches: 15 }]);
    // Who searched for it is not kept any longer.
    expect(await everything()).not.toContain('"u"');
  });

  it('counts the words of a query, not who or when they are looked for with, nor what is excluded', async () => {
    for (let user = 1; user <= USERS_TO_KNOW; user++)
      await searched(`user-${user}`, `from:user-${user + 1} "punched cards" -secret has:image loom*`);
    expect((await figures()).topTerms).toMatchObject([{ term: 'punched cards loom', searches: USERS_TO_KNOW }]);
  });

  it('keeps no text that fewer than five users searched for, whatever is searched by whom', async () => {
    // Words that stand nowhere else in the table.
    const words = ['zyxword', 'qwvterm', 'grblfrx'];
    const aSearch = fc.record({
      user: fc.integer({ min: 1, max: 7 }),
      word: fc.constantFrom(...words),
      remember: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(aSearch, { maxLength: 4 }), { maxLength: 8 }), async (rounds) => {
        tenants += 1;
        tenantId = `counting-${tenants}`;
        const users = new Map(words.map((word) => [word, new Set<number>()]));
        for (const round of rounds) {
          await Promise.all(round.map(({ user, word, remember }) => searched(`user-${user}`, word, { remember })));
          for (const { user, word, remember } of round) if (remember) users.get(word)!.add(user);
          const kept = await everything();
          const { topTerms } = await figures();
          for (const [word, those] of users) {
            const isKnown = those.size >= USERS_TO_KNOW;
            expect(kept.includes(word)).toBe(isKnown);
            expect(topTerms.some(({ term }) => term === word)).toBe(isKnown);
          }
        }
        const { searches } = await figures();
        expect(searches).toBe(rounds.flat().length);
      }),
      { numRuns: 15 },
    );
  });

  it('tells neither who searched nor that two terms or days are of the same user', async () => {
    await searched('ada', 'engine');
    await searched('ada', 'loom');
    await searched('ada', 'engine', { at: NOW - 86_400_000 });
    const kept = await everything();
    for (const word of ['ada', 'engine', 'loom']) expect(kept).not.toContain(word);
    const digests = [...kept.matchAll(/"u":\["([^"]+)"\]/g)].map(([, digest]) => digest);
    expect(digests).toHaveLength(3);
    expect(new Set(digests).size).toBe(3);
  });

  it('has so many places for terms on a day, and counts what finds none with the others', async () => {
    const tenant = scope(tenantId);
    // Every place is another term's.
    await Promise.all(
      Array.from({ length: TERM_PLACES }, (_, number) =>
        documents.put({
          TableName: tableName(),
          Item: SearchStatsEntity.toItem(
            tenant,
            { day: TODAY, place: `B#${String(number).padStart(3, '0')}` },
            { d: 'another', exp: Math.ceil(NOW / 1_000) + 86_400 },
          ),
        }),
      ),
    );
    for (let user = 1; user <= 6; user++) await searched(`user-${user}`, 'engine');
    expect(await figures()).toMatchObject({ searches: 6, otherSearches: 6, topTerms: [] });
  });

  it('does not keep long texts, nor anything of a search that is not to be remembered', async () => {
    for (let user = 1; user <= 6; user++) {
      await searched(`user-${user}`, 'word '.repeat(30));
      await searched(`user-${user}`, 'privately', { remember: false });
    }
    expect(await figures()).toMatchObject({ searches: 12, otherSearches: 12, topTerms: [] });
    expect(await everything()).not.toContain('privately');
  });

  it('writes nothing where the tenant has it off, and says so', async () => {
    const settings = { rules: { ...DEFAULT_RULES, search: { analytics: false } }, version: 2, at: NOW, by: 'ada' };
    const Item = TenantSettingsEntity.toItem(scope(tenantId), undefined, settings);
    await documents.put({ TableName: tableName(), Item });
    const before = await everything();
    await searched('ada', 'engine');
    expect(await everything()).toBe(before);
    expect(await figures()).toMatchObject({ enabled: false, searches: 0 });
  });

  it('never fails a search: what cannot be kept is left', async () => {
    const table = process.env['TABLE_NAME'];
    process.env['TABLE_NAME'] = 'no-such-table';
    try {
      await expect(searched('ada', 'engine')).resolves.toBeUndefined();
    } finally {
      process.env['TABLE_NAME'] = table;
    }
  });
});

describe('GET /admin/search/analytics', () => {
  it('is for admins of the tenant, and of it alone', async () => {
    await searched('ada', 'engine');
    expect(await told({}, { roles: ['user'] })).toMatchObject({ status: 403, body: { code: 'caller.forbidden' } });
    expect(await told({}, { tenantId: 'globex' })).toMatchObject({ status: 200, body: { searches: 0, days: [] } });
  });

  it('tells of the days that are named, of the last seven, or of seven from one on', async () => {
    const day = (ago: number) => dayOf(NOW - ago * 86_400_000);
    for (const ago of [0, 3, 8]) await searched('ada', 'engine', { at: NOW - ago * 86_400_000 });
    expect(await figures()).toMatchObject({ from: day(6), to: TODAY, searches: 2 });
    expect(await figures({ from: day(9) })).toMatchObject({ from: day(9), to: day(3), searches: 2 });
    expect(await figures({ from: day(8), to: day(8) })).toMatchObject({ searches: 1, days: [{ day: day(8) }] });
    expect(await told({ from: day(40), to: TODAY })).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(await told({ from: TODAY, to: day(1) })).toMatchObject({ status: 400 });
  });
});
