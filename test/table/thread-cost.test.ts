import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { Meter } from '#bench/meter.ts';
import { messageIdOf } from '#contract/ids.ts';
import { TABLE } from '#table/schema.ts';
import { useTable } from '#test/support/table.ts';
import { aRoot, as } from '#test/support/threads.ts';

useTable();

it('costs seven write units and one for the rate; taking part, moving up and taking away are apart', async () => {
  const { crew, conversationId, rootId, root } = await aRoot();
  const meter = new Meter(DynamoDBDocumentClient.from(new DynamoDBClient({})), [TABLE.byUser]).watchFunctions();
  const costs = () =>
    meter
      .take()
      .filter(({ writes }) => writes > 0)
      .map(({ operation, writes, indexWrites, partition }) => [partition.split('#')[2], operation, writes, indexWrites])
      .sort();
  await as.reply(crew[1]!, rootId);
  // The first of a user: taking part costs two more and the index one; the root's author follows for one and the index one.
  expect(costs()).toEqual(
    expect.arrayContaining([
      ['L', 'TransactWriteItems', 8, 1],
      ['C', 'UpdateItem', 1, 0],
      ['TH', 'UpdateItem', 1, 1],
    ]),
  );
  await as.reply(crew[1]!, rootId);
  costs();
  await as.reply(crew[1]!, rootId);
  const reply = costs();
  expect(reply).toEqual([
    ['C', 'UpdateItem', 1, 0],
    ['L', 'TransactWriteItems', 6, 0],
    [expect.any(String), 'UpdateItem', 1, 0],
  ]);
  await as.read(crew[0]!, rootId, root + 1);
  expect(costs()).toEqual([['TH', 'UpdateItem', 1, 0]]);
  await as.remove(crew[1]!, messageIdOf(conversationId, root + 1));
  const removal = costs();
  expect(removal.reduce((sum, [, , writes]) => sum + Number(writes), 0)).toBe(9);
});
