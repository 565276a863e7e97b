import '#test/support/aws-env.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { handler } from '../../functions/stream/index-search.lambda.ts';
import { aws, engine, useFakeEngine } from './fake-engine.ts';
import { aConversationId, batchOf, messageItem, recordOf } from './records.ts';

process.env[ENV.searchEndpoint] = 'https://search.test';
process.env[ENV.parkingBucket] = 'parking';
process.env[ENV.table] = 'table';

const conversationId = aConversationId();
useFakeEngine();

describe('where tenants are indexed once they search', () => {
  afterEach(() => {
    delete process.env[ENV.searchLazy];
  });

  it('leaves a tenant alone until then', async () => {
    process.env[ENV.searchLazy] = 'true';
    const real = aws.getMockImplementation()!;
    aws.mockImplementation(async (url, request) => {
      if (!String(request.headers['x-amz-target']).endsWith('BatchGetItem')) return real(url, request);
      const searching = { pk: { S: 'T#searching#SEARCH' }, sk: { S: 'USE' }, ty: { S: 'search-use' }, at: { N: '1' } };
      return Response.json({ Responses: { table: [searching] }, UnprocessedKeys: {} }) as never;
    });
    const of = (tenantId: string) => recordOf(messageItem({ tenantId, conversationId, seq: 1 }));
    expect(await handler(batchOf([of('quiet'), of('searching')]))).toEqual({ batchItemFailures: [] });
    expect(engine.bulks.flat().map(({ routing }) => routing)).toEqual(['searching']);
  });
});
