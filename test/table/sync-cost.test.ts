import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { Meter } from '#bench/meter.ts';
import { api } from '#contract/api.ts';
import { handler } from '#functions/api/sync/sync.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { TABLE } from '#table/schema.ts';
import { call } from '#test/support/call.ts';
import { aGroup, sendText } from '#test/support/conversations.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';

useTable();
useSigningKey();
const tenant = scope('acme');

it('fifty messages of 400 bytes cost one query of the log and two small items; looking around one unit a conversation', async () => {
  const conversationId = await aGroup(tenant, ['ada', 'bob']);
  // Stored with its text once more in the place of the digest: about 400 bytes.
  for (let count = 0; count < 50; count++) await sendText(logOf(tenant, conversationId), 'x'.repeat(110));
  const meter = new Meter(DynamoDBDocumentClient.from(new DynamoDBClient({})), [TABLE.byUser]).watchFunctions();
  const costs = () => meter.take().map(({ operation, reads, writes }) => ({ operation, reads, writes }));
  const page = () => call(handler, api.sync.listEvents, { conversationId, after: 1, limit: 50 }, { userId: 'bob' });
  // The tenant's rules are remembered from here on.
  await page();
  costs();
  expect((await page()).body['events']).toHaveLength(50);
  const listed = costs();
  expect(listed.map(({ operation }) => operation).sort()).toEqual(['BatchGetItem', 'Query']);
  expect(listed.reduce((sum, { reads }) => sum + reads, 0)).toBeLessThanOrEqual(7);
  expect(listed.every(({ writes }) => writes === 0)).toBe(true);

  for (let count = 0; count < 19; count++) await aGroup(tenant, ['ada', 'bob']);
  costs();
  expect((await call(handler, api.sync.getSync, {}, { userId: 'bob' })).body['changed']).toHaveLength(20);
  const around = costs();
  expect(around.map(({ operation }) => operation).sort()).toEqual(['BatchGetItem', 'Query']);
  expect(around.reduce((sum, { reads }) => sum + reads, 0)).toBeLessThanOrEqual(20 + 2);
});
