import { afterEach, beforeEach, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { searchMessages } from '#contract/search.ts';
import { scope } from '#table/entity.ts';
import { listReindexes } from '#table/reindex.ts';
import { call } from '#test/support/call.ts';
import { handler as search } from '../../functions/api/search/search.lambda.ts';
import { handler as indexSearch } from '../../functions/stream/index-search.lambda.ts';
import { batchOf, messageItem, recordOf } from '../stream/records.ts';
import { aTenantId, held } from './engine.ts';
import { aConversation, useGround } from './ground.ts';

useGround();

beforeEach(() => {
  process.env[ENV.searchLazy] = 'true';
});
afterEach(() => {
  delete process.env[ENV.searchLazy];
});

it('indexes a tenant from its first search on, and begins then with what it has', async () => {
  const tenantId = aTenantId();
  const { conversationId } = await aConversation(tenantId, ['ada']);
  const place = (seq: number) => ({ tenantId, conversationId, seq });
  await indexSearch(batchOf([recordOf(messageItem(place(1)))]));
  expect(await held(place(1))).toBeUndefined();

  const ask = () => call(search, searchMessages, { q: 'engine' }, { tenantId, userId: 'ada' });
  expect((await ask()).status).toBe(200);
  const begun = await listReindexes(scope(tenantId), 10);
  expect(begun).toMatchObject([{ scope: 'tenant', tenantId }]);

  await indexSearch(batchOf([recordOf(messageItem(place(2)))]));
  expect(await held(place(2))).toMatchObject({ kind: 'message', seq: 2 });
  await ask();
  expect(await listReindexes(scope(tenantId), 10)).toEqual(begun);
});
