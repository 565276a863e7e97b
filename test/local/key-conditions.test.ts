/** A stretch of a partition, as the DynamoDB Developer Guide describes it ("Key condition expressions for the Query operation"). */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { PROBE, uniqueName, useProbe } from './probe.ts';

useProbe();

/** In the order of their UTF-8 bytes, which is not that of UTF-16: 𝔸 (U+1D538) follows ￮ (U+FFEE). */
const KEYS = ['A', 'B', 'M#0001', 'M#0002', 'M#0010', 'b', 'é', '語', '￮', '𝔸'];

it('is read between two keys, both included, in the order of their bytes and either direction, page by page', async () => {
  const TableName = uniqueName('stretch');
  const table = new DynamoDB(PROBE);
  await table.createTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
  for (const pk of ['acme', 'globex'])
    for (const sk of [...KEYS].reverse()) await table.putItem({ TableName, Item: { pk: { S: pk }, sk: { S: sk } } });

  const stretch = async (first: string, last: string, ScanIndexForward = true): Promise<string[]> => {
    const found: string[] = [];
    for (let next: object | undefined, more = true; more; more = next !== undefined) {
      const { Items, LastEvaluatedKey } = await table.query({
        TableName,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': { S: 'acme' }, ':first': { S: first }, ':last': { S: last } },
        ScanIndexForward,
        Limit: 3,
        ...(next ? { ExclusiveStartKey: next as Record<string, { S: string }> } : {}),
      });
      found.push(...(Items ?? []).map((item) => `${item['sk']?.S}`));
      next = LastEvaluatedKey;
    }
    return found;
  };
  for (const [from, first] of KEYS.entries())
    for (const [to, last] of KEYS.entries()) {
      if (to < from) continue;
      expect(await stretch(first, last)).toEqual(KEYS.slice(from, to + 1));
      expect(await stretch(first, last, false)).toEqual(KEYS.slice(from, to + 1).reverse());
    }
  expect(await stretch('M#', 'M#~')).toEqual(['M#0001', 'M#0002', 'M#0010']);
  expect(await stretch('C', 'L')).toEqual([]);
});
