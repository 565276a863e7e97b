import { beforeEach, describe, expect, it } from 'vitest';
import { api } from '#contract/api.ts';
import type { SearchAnalytics } from '#contract/search-analytics.ts';
import { handler } from '#functions/api/search/search.lambda.ts';
import { searchIdOf } from '#searching/search-id.ts';
import { scope } from '#table/entity.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aPinnable, say } from '#test/support/pins.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
const { countSearchClick, getSearchAnalytics } = api.search;
const NOW = Date.now();
let tenants = 0;
let tenantId: string;
beforeEach(() => {
  tenants += 1;
  tenantId = `counting-${tenants}`;
});

const by = (userId: string) => ({ tenant: scope(tenantId), userId, roles: ['user' as const] });
const told = async (input: object = {}, options: CallOptions = {}) =>
  call(handler, getSearchAnalytics, { ...input }, { tenantId, roles: ['admin'], ...options });
const figures = async (input?: object) => (await told(input)).body as unknown as SearchAnalytics;

describe('POST /search/click', () => {
  let messages: string[];
  beforeEach(async () => {
    tenantId = 'acme';
    const conversationId = await aPinnable(['ada', 'bob']);
    messages = [await say(conversationId, 'one'), await say(conversationId, 'two')];
  });
  const click = (searchId: string, messageId: string, position = 1, options: CallOptions = {}) =>
    call(handler, countSearchClick, { searchId, messageId, position }, options);

  it('counts each hit of a search once, by where it stood, however often it is said', async () => {
    const before = await figures();
    const searchId = await searchIdOf(by('ada'), NOW);
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, index) => click(searchId, messages[index % 2]!, index % 2 === 0 ? 1 : 7)),
    );
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
    expect(replies.filter(({ body }) => body['counted'])).toHaveLength(2);
    const after = await figures();
    expect(after.clicks - before.clicks).toBe(2);
    const grown = after.positions.map(({ clicks }, index) => clicks - before.positions[index]!.clicks);
    expect(grown).toEqual([1, 0, 0, 0, 1, 0]);
    expect(await click(await searchIdOf(by('ada'), NOW), messages[0]!)).toMatchObject({ body: { counted: true } });
  });

  it('is of a search of one’s own, of the last day', async () => {
    const [own, old] = await Promise.all([searchIdOf(by('ada'), NOW), searchIdOf(by('ada'), NOW - 25 * 3_600_000)]);
    const forged = `${own.slice(0, -2)}${own.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const [searchId, userId] of [
      [own, 'bob'],
      [old, 'ada'],
      [forged, 'ada'],
      [`${own}.x`, 'ada'],
      ['', 'ada'],
    ] as const)
      expect(await click(searchId, messages[0]!, 1, { userId })).toMatchObject({
        status: 200,
        body: { counted: false },
      });
    expect(await click(own, messages[0]!)).toMatchObject({ body: { counted: true } });
  });

  it('names a message that one may read', async () => {
    const searchId = await searchIdOf(by('mallory'), NOW);
    expect(await click(searchId, messages[0]!, 1, { userId: 'mallory' })).toMatchObject({
      status: 404,
      body: { code: 'message.not_found' },
    });
  });
});
