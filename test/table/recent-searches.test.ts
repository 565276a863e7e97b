import { beforeEach, describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { api } from '#contract/api.ts';
import { MOST_RECENT } from '#domain/search/recent.ts';
import { handler } from '#functions/api/search/search.lambda.ts';
import { scope } from '#table/entity.ts';
import { ownPartition } from '#table/own.ts';
import { rememberSearch } from '#table/recent-search.ts';
import { tableName } from '#table/table-name.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
const tenant = scope('acme');
const { listRecentSearches, forgetRecentSearch, forgetRecentSearches } = api.search;
const NOW = Date.now();
const MINUTE = 60_000;
let users = 0;
let me: { userId: string };
beforeEach(() => {
  users += 1;
  me = { userId: `user-${users}` };
});

const search = (q: string, at: number) => rememberSearch(tenant, me.userId, q, at);
const listed = async (options: CallOptions = me) => {
  const { status, body } = await call(handler, listRecentSearches, {}, options);
  expect(status).toBe(200);
  return body['items'] as { id: string; q: string; searchedAt: string }[];
};
const queries = async (options?: CallOptions) => (await listed(options)).map(({ q }) => q);
const stored = async () =>
  (
    await documents.query({
      TableName: tableName(),
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': ownPartition(tenant, me.userId) },
    })
  ).Items;

describe('recent searches', () => {
  it('are listed each once, the last made first, as they were typed last', async () => {
    await search('engine', NOW - 5 * MINUTE);
    await search('from:bob loom', NOW - 4 * MINUTE);
    await search('  ENGINE ', NOW - 3 * MINUTE);
    expect(await listed()).toMatchObject([
      { q: '  ENGINE ', searchedAt: new Date(NOW - 3 * MINUTE).toISOString() },
      { q: 'from:bob loom' },
    ]);
  });

  it('are one where somebody was still typing', async () => {
    for (const [index, q] of ['en', 'engi', 'engine', 'engine room'].entries()) await search(q, NOW + index * 3_000);
    expect(await queries()).toEqual(['engine room']);
    await search('engine room two', NOW + MINUTE);
    expect(await queries()).toEqual(['engine room two', 'engine room']);
    await search('engine', NOW + MINUTE + 1_000);
    expect(await queries()).toEqual(['engine', 'engine room two', 'engine room']);
  });

  it('are the last fifty: the oldest goes', async () => {
    for (let index = 0; index < MOST_RECENT + 7; index++) await search(`search ${index}`, NOW - (100 - index) * MINUTE);
    expect(await queries()).toEqual(
      Array.from({ length: MOST_RECENT }, (_, index) => `search ${MOST_RECENT + 6 - index}`),
    );
    expect(await stored()).toHaveLength(MOST_RECENT);
  });

  it('are never more than fifty and each once, however many devices search at once', async () => {
    for (let index = 0; index < MOST_RECENT - 5; index++) await search(`old ${index}`, NOW - (200 - index) * MINUTE);
    // Some give up where many meet; none of them makes one too many.
    const made = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) => search(`new ${index % 20}`, NOW - index * MINUTE)),
    );
    expect(made.some(({ status }) => status === 'fulfilled')).toBe(true);
    const all = await queries();
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeLessThanOrEqual(MOST_RECENT);
    expect(await stored()).toHaveLength(MOST_RECENT);
  });

  it('are all kept, however many devices search at once, while there is room', async () => {
    const wanted = Array.from({ length: 20 }, (_, index) => `number ${index} of many`);
    await Promise.all(wanted.map((q, index) => search(q, NOW - index * MINUTE)));
    expect(await queries()).toEqual(wanted);
  });

  it('are forgotten one by one, or all at once; what is not there is no error', async () => {
    for (const [index, q] of ['one', 'two', 'three'].entries()) await search(q, NOW - (10 - index) * MINUTE);
    const two = (await listed()).find(({ q }) => q === 'two')!;
    for (let twice = 0; twice < 2; twice++)
      expect(await call(handler, forgetRecentSearch, { recentSearchId: two.id }, me)).toMatchObject({
        status: 200,
        body: { id: two.id },
      });
    expect(await queries()).toEqual(['three', 'one']);
    expect(await call(handler, forgetRecentSearches, {}, me)).toMatchObject({ status: 200, body: {} });
    expect(await queries()).toEqual([]);
    expect(await stored()).toEqual([]);
  });

  it('are nobody else’s: not another user’s, not another tenant’s, not an admin’s', async () => {
    await search('my secret', NOW);
    const { id } = (await listed())[0]!;
    for (const others of [
      { userId: 'boss', roles: ['user', 'admin'] },
      { ...me, tenantId: 'globex' },
    ]) {
      expect(await queries(others)).toEqual([]);
      await call(handler, forgetRecentSearch, { recentSearchId: id }, others);
      await call(handler, forgetRecentSearches, {}, others);
    }
    expect(await queries()).toEqual(['my secret']);
  });

  it('go after 90 days, whether the table has taken them away or not', async () => {
    await search('long ago', NOW - 91 * 24 * 60 * MINUTE);
    await search('a while ago', NOW - 89 * 24 * 60 * MINUTE);
    expect(await queries()).toEqual(['a while ago']);
    for (const item of await stored())
      expect(Number(item['exp']) - Number(item['at']) / 1_000).toBeCloseTo(90 * 86_400, -1);
  });

  it('keep the later of two of the same words, whichever is stored first', async () => {
    await search('engine', NOW);
    await search('engine', NOW - MINUTE);
    expect(await listed()).toMatchObject([{ searchedAt: new Date(NOW).toISOString() }]);
  });
});
