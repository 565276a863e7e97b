import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { Meter } from '#bench/meter.ts';
import { api } from '#contract/api.ts';
import { messageIdOf } from '#contract/ids.ts';
import { handler } from '#functions/api/reactions/reactions.lambda.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { TABLE } from '#table/schema.ts';
import { call } from '#test/support/call.ts';
import { aGroup, sendText } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

it('costs seven write units, and one for counting how often its user reacts', async () => {
  const tenant = scope('acme');
  const conversationId = await aGroup(tenant);
  const { seq } = await sendText(logOf(tenant, conversationId), 'react to this');
  const messageId = messageIdOf(conversationId, seq);
  const add = (userId: string) => call(handler, api.reactions.addReaction, { messageId, emoji: '👍' }, { userId });
  expect((await add('ada')).status).toBe(201);
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const meter = new Meter(client, [TABLE.byUser]).watchFunctions();
  expect((await add('bob')).status).toBe(201);
  const calls = meter.take().filter(({ writes }) => writes > 0);
  expect(calls.map(({ operation, writes }) => [operation, writes]).sort()).toEqual([
    ['TransactWriteItems', 6],
    ['UpdateItem', 1],
    ['UpdateItem', 1],
  ]);
});
