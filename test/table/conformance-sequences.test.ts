import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { documents, type TransactItem } from '#aws/documents.ts';
import { tableName } from '#table/table-name.ts';
import { freshKey, get, put, query, type Task, transact, update, useAlike } from '#test/support/alike.ts';
import { useTable } from '#test/support/table.ts';

useTable();
const alike = useAlike();

describe('the table of the simulator and the emulator', () => {
  it('do all of a transaction or nothing, and say for each item why', async () => {
    const [a, b, c] = [freshKey('A'), freshKey('B'), freshKey('C')];
    const TableName = tableName();
    const once = { ConditionExpression: 'attribute_not_exists(pk)' };
    const check = (Key: typeof a, expression: string): TransactItem => ({
      ConditionCheck: { TableName, Key, ConditionExpression: expression, ExpressionAttributeValues: { ':one': 1 } },
    });
    await alike([
      transact(
        { Put: { TableName, Item: { ...a, n: 1 }, ...once } },
        { Put: { TableName, Item: { ...b, n: 1 }, ...once } },
      ),
      transact(
        { Put: { TableName, Item: { ...a, n: 2 }, ...once } },
        { Put: { TableName, Item: { ...c, n: 2 }, ...once } },
      ),
      get(c),
      transact(
        check(a, 'n = :one'),
        { Delete: { TableName, Key: b } },
        { Update: { TableName, Key: c, UpdateExpression: 'ADD n :n', ExpressionAttributeValues: { ':n': 5 } } },
      ),
      transact(check(a, 'n <> :one'), { Put: { TableName, Item: { ...b, n: 3 } } }),
      get(a),
      get(b),
      get(c),
      () => documents.batchGet(tableName(), [a, b], true),
    ]);
  });

  it('end alike after any sequence of writes to a few keys', { timeout: 180_000 }, async () => {
    const sort = fc.constantFrom('HEAD', 'M#1', 'M#2', 'E#1');
    const name = fc.constantFrom('a', 'b', 'c');
    const n = fc.integer({ min: -2, max: 3 });
    const write = (pk: string) =>
      fc.oneof(
        fc.record({ sk: sort, n }).map(({ sk, n }) => put({ pk, sk, n, recent: {} }, n > 0)),
        fc.record({ sk: sort, name, n }).map(({ sk, name, n }) =>
          update(
            { pk, sk },
            {
              UpdateExpression: 'SET #recent.#key = if_not_exists(n, :n) + :n, n = if_not_exists(n, :n) + :n',
              ConditionExpression: 'attribute_not_exists(#recent.#key) AND (attribute_not_exists(n) OR n < :n)',
              ExpressionAttributeNames: { '#recent': 'recent', '#key': name },
              ExpressionAttributeValues: { ':n': n },
              ReturnValues: 'ALL_NEW',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          ),
        ),
        fc.record({ sk: sort, name }).map(({ sk, name }) =>
          update(
            { pk, sk },
            {
              UpdateExpression: 'SET seen = :y REMOVE #recent.#key',
              ConditionExpression: 'attribute_exists(#recent)',
              ExpressionAttributeNames: { '#recent': 'recent', '#key': name },
              ExpressionAttributeValues: { ':y': true },
            },
          ),
        ),
        fc.record({ sk: sort, other: sort, n }).map(({ sk, other, n }) =>
          transact(
            {
              Put: {
                TableName: tableName(),
                Item: { pk, sk, n, recent: {} },
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            },
            {
              Update: {
                TableName: tableName(),
                Key: { pk, sk: sk === other ? `${other}+` : other },
                UpdateExpression: 'ADD n :n',
                ConditionExpression: 'n <= :n OR attribute_not_exists(pk)',
                ExpressionAttributeValues: { ':n': n },
              },
            },
          ),
        ),
        sort.map(
          (sk): Task =>
            () =>
              documents.delete({ TableName: tableName(), Key: { pk, sk } }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { pk } = freshKey();
        const [tasks = []] = fc.sample(fc.array(write(pk), { minLength: 5, maxLength: 25 }), { seed, numRuns: 1 });
        await alike([
          ...tasks,
          query({ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } }),
        ]);
      }),
      { numRuns: 40 },
    );
  });
});
