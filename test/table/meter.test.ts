import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { transport } from '#aws/transport.ts';
import { sizeOfItem } from '#bench/item-size.ts';
import { Meter, usageOf } from '#bench/meter.ts';
import { documents, ConditionalCheckFailedException as Failed } from '#functions/aws/documents.ts';
import { TABLE } from '#table/schema.ts';
import { tableName } from '#table/table-name.ts';
import { useTable } from '#test/support/table.ts';

useTable();

let client: DynamoDBDocumentClient;
let meter: Meter;

beforeEach(() => {
  client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  meter = new Meter(DynamoDBDocumentClient.from(new DynamoDBClient({})), [TABLE.byUser]).watchClient(client);
});

const aKey = () => ({ pk: `bench#${randomUUID()}`, sk: 's' });
/** An item of exactly so many bytes, at a place in the by-user index if one is given. */
const itemOf = (key: { pk: string; sk: string }, bytes: number, place?: string) => {
  const rest = { ...key, ...(place === undefined ? {} : { uk: 'u', us: place }), t: '' };
  return { ...rest, t: 'x'.repeat(Math.max(0, bytes - sizeOfItem(rest))) };
};
const TOTAL = { ReturnConsumedCapacity: 'TOTAL' } as const;
const metered = () => usageOf(meter.take());

describe('the meter against the emulator, whose figures for writes are right', () => {
  it('agrees on puts over puts, of any size and with any place in the index', async () => {
    const state = fc.record({
      bytes: fc.oneof(fc.integer({ min: 100, max: 4000 }), fc.constantFrom(1023, 1024, 1025, 2048, 2049)),
      place: fc.constantFrom(undefined, '1', '2'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(state, { minLength: 1, maxLength: 4 }), async (states) => {
        const key = aKey();
        for (const { bytes, place } of states) {
          const Item = itemOf(key, bytes, place);
          const { ConsumedCapacity } = await client.send(new PutCommand({ TableName: tableName(), Item, ...TOTAL }));
          expect(metered().writes).toBe(ConsumedCapacity?.CapacityUnits);
        }
        const { ConsumedCapacity } = await client.send(
          new DeleteCommand({ TableName: tableName(), Key: key, ...TOTAL }),
        );
        expect(metered().writes).toBe(ConsumedCapacity?.CapacityUnits);
      }),
      { numRuns: 40 },
    );
  });

  it('agrees on updates that grow and shrink an item, with numbers and maps in it', async () => {
    const key = aKey();
    for (const [text, units] of [
      ['x'.repeat(800), 1],
      ['x'.repeat(1100), 2],
      ['x'.repeat(10), 2],
      ['x'.repeat(20), 1],
    ] as const) {
      const { ConsumedCapacity } = await client.send(
        new UpdateCommand({
          TableName: tableName(),
          Key: key,
          UpdateExpression: 'SET t = :t, n = :n, m = :m',
          ExpressionAttributeValues: { ':t': text, ':n': -123.456, ':m': { a: { b: 1 }, l: ['c', true, null] } },
          ...TOTAL,
        }),
      );
      const { writes } = metered();
      expect(writes).toBe(ConsumedCapacity?.CapacityUnits);
      expect(writes).toBe(units);
    }
  });

  it('agrees on transactions: twice the units of each item', async () => {
    const puts = [1500, 200, 2048].map((bytes) => ({ Put: { TableName: tableName(), Item: itemOf(aKey(), bytes) } }));
    const { ConsumedCapacity } = await client.send(new TransactWriteCommand({ TransactItems: puts, ...TOTAL }));
    const { writes } = metered();
    expect(writes).toBe(ConsumedCapacity?.[0]?.CapacityUnits);
    expect(writes).toBe(2 * (2 + 1 + 2));
  });

  it('agrees to the byte on how large an item is', async () => {
    const key = aKey();
    const rest = { ...key, n: -0.0625, z: 1_700, m: { é: ['🙂', { deep: 38 }] }, f: false, t: '' };
    const t = 'x'.repeat(1024 - sizeOfItem(rest));
    for (const [Item, units] of [
      [{ ...rest, t }, 1],
      [{ ...rest, t: `${t}x` }, 2],
    ] as const) {
      const { ConsumedCapacity } = await client.send(
        new PutCommand({ TableName: tableName(), Item: { ...Item, ...aKey() }, ...TOTAL }),
      );
      expect(ConsumedCapacity?.CapacityUnits).toBe(units);
      expect(metered().writes).toBe(units);
    }
  });
});

describe('the meter where the emulator tells nothing', () => {
  it('charges a failed condition by the larger of what is there and what was to be put', async () => {
    const key = aKey();
    await client.send(new PutCommand({ TableName: tableName(), Item: itemOf(key, 1500) }));
    metered();
    for (const [bytes, units] of [
      [100, 2],
      [2500, 3],
    ] as const) {
      const put = client.send(
        new PutCommand({
          TableName: tableName(),
          Item: itemOf(key, bytes),
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      await expect(put).rejects.toThrow(ConditionalCheckFailedException);
      expect(meter.take()).toMatchObject([{ operation: 'PutItem', writes: units, indexWrites: 0, failed: true }]);
    }
  });

  it('charges a check in a transaction like a write, and a new index entry once', async () => {
    const checked = aKey();
    await client.send(new PutCommand({ TableName: tableName(), Item: itemOf(checked, 1100) }));
    metered();
    await client.send(
      new TransactWriteCommand({
        TransactItems: [
          { ConditionCheck: { TableName: tableName(), Key: checked, ConditionExpression: 'attribute_exists(pk)' } },
          { Put: { TableName: tableName(), Item: itemOf(aKey(), 300, '1') } },
        ],
      }),
    );
    expect(meter.take()).toMatchObject([{ writes: 2 * 2 + 2, indexWrites: 1 }]);
  });

  it('reads: an item each in a batch, a sum in a query, and whatever a projection leaves out', async () => {
    const { pk } = aKey();
    for (const sk of ['a', 'b', 'c'])
      await client.send(new PutCommand({ TableName: tableName(), Item: itemOf({ pk, sk }, 3000) }));
    metered();
    const Keys = ['a', 'b', 'c', 'd'].map((sk) => ({ pk, sk }));
    await client.send(new BatchGetCommand({ RequestItems: { [tableName()]: { Keys } } }));
    expect(metered()).toEqual({ calls: 1, reads: 2, writes: 0 });
    await client.send(new GetCommand({ TableName: tableName(), Key: Keys[0]!, ConsistentRead: true }));
    expect(metered()).toEqual({ calls: 1, reads: 1, writes: 0 });
    const query = {
      TableName: tableName(),
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
    };
    await client.send(new QueryCommand({ ...query, ConsistentRead: true }));
    expect(metered()).toEqual({ calls: 1, reads: 3, writes: 0 });
    await client.send(new QueryCommand({ ...query, ProjectionExpression: 'sk' }));
    expect(metered()).toEqual({ calls: 1, reads: 1.5, writes: 0 });
  });
});

describe('the meter at the functions’ own calls', () => {
  it('reads requests and answers on the wire as it reads a client’s', async () => {
    const { send } = transport;
    meter.watchFunctions();
    try {
      const TableName = tableName();
      const Item = itemOf(aKey(), 1500, '1');
      const { pk, sk } = Item;
      const missing = 'attribute_not_exists(pk)';
      await documents.put({ TableName, Item });
      await expect(documents.put({ TableName, Item, ConditionExpression: missing })).rejects.toThrow(Failed);
      await documents.get({ TableName, Key: { pk, sk }, ConsistentRead: true });
      await documents.batchGet(TableName, [{ pk, sk }, aKey()], false);
      await documents.query({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ProjectionExpression: 'sk',
      });
      await documents.transactWrite([
        {
          Update: {
            TableName,
            Key: { pk, sk },
            UpdateExpression: 'SET us = :us',
            ExpressionAttributeValues: { ':us': '2' },
          },
        },
      ]);
      expect(meter.take()).toMatchObject([
        // The index holds only what lists need: less than the item.
        { operation: 'PutItem', writes: 2, indexWrites: 1, largest: 1500, failed: false },
        { operation: 'PutItem', writes: 2, indexWrites: 0, failed: true },
        { operation: 'GetItem', partition: pk, reads: 1 },
        { operation: 'BatchGetItem', partition: pk, reads: 1 },
        { operation: 'Query', partition: pk, reads: 0.5 },
        { operation: 'TransactWriteItems', partition: pk, writes: 4, indexWrites: 2 },
      ]);
    } finally {
      transport.send = send;
    }
  });
});
