import { describe, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { TABLE } from '#table/schema.ts';
import { tableName } from '#table/table-name.ts';
import { freshKey, get, put, query, type Task, update, useAlike } from '#test/support/alike.ts';
import { useTable } from '#test/support/table.ts';

useTable();
const alike = useAlike();

describe('the table of the simulator and the emulator', () => {
  it('take numbers, remember ids in maps and show the old item when a condition fails', async () => {
    const key = freshKey();
    const take = (id: string) =>
      update(key, {
        UpdateExpression:
          'SET #seq = #seq + :one, #recent.#key = #seq + :one, #n = if_not_exists(#n, #seq) + :one, #last = :last',
        ConditionExpression:
          'attribute_exists(pk) AND attribute_not_exists(archivedAt) AND attribute_not_exists(#recent.#key) AND attribute_not_exists(#older.#key) AND #floor < :below',
        ExpressionAttributeNames: {
          '#seq': 'seq',
          '#recent': 'recent',
          '#older': 'older',
          '#key': id,
          '#n': 'n',
          '#last': 'last',
          '#floor': 'floor',
        },
        ExpressionAttributeValues: { ':one': 1, ':below': 5, ':last': { by: 'ada', text: 'é', at: 0 } },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
    await alike([
      take('a'),
      put({ ...key, seq: 3, recent: {}, older: { o: 1 }, floor: 4 }),
      take('a'),
      take('b'),
      take('a'),
      take('o'),
      update(key, {
        UpdateExpression:
          'SET #older = #recent, #recent = :none, #g = if_not_exists(#g, :zero) + :one REMOVE #last, #nothing',
        ConditionExpression: '#recent.#a = :four AND attribute_not_exists(#recent.#c)',
        ExpressionAttributeNames: {
          '#older': 'older',
          '#recent': 'recent',
          '#g': 'g',
          '#last': 'last',
          '#nothing': 'nothing',
          '#a': 'a',
          '#c': 'c',
        },
        ExpressionAttributeValues: { ':none': {}, ':one': 1, ':zero': 0, ':four': 4 },
        ReturnValues: 'ALL_OLD',
      }),
      get(key),
      get(key, '#older.#a, seq, floor', { '#older': 'older', '#a': 'a' }),
      update(key, {
        UpdateExpression: 'SET seq = seq - :one REMOVE #older.#a',
        ConditionExpression: '#role IN (:x, :y) OR NOT attribute_exists(#role)',
        ExpressionAttributeNames: { '#older': 'older', '#a': 'a', '#role': 'role' },
        ExpressionAttributeValues: { ':one': 1, ':x': 'owner', ':y': 'admin' },
        ReturnValues: 'ALL_NEW',
      }),
      update(key, {
        UpdateExpression: 'SET missing.inner = :one',
        ExpressionAttributeValues: { ':one': 1 },
      }),
      update(key, { UpdateExpression: 'SET x = nowhere + :one', ExpressionAttributeValues: { ':one': 1 } }),
    ]);
  });

  it('add to numbers, sets and lists', async () => {
    const key = freshKey('N');
    await alike([
      update(key, {
        UpdateExpression: 'SET #type = :type, #l = :list ADD #n :one, #u :users',
        ConditionExpression: 'attribute_not_exists(#n) OR #n < :most',
        ExpressionAttributeNames: { '#n': 'n', '#type': 'ty', '#u': 'u', '#l': 'l' },
        ExpressionAttributeValues: {
          ':one': 1,
          ':most': 3,
          ':type': 'count',
          ':users': new Set(['b', 'a']),
          ':list': [1],
        },
      }),
      update(key, {
        UpdateExpression: 'SET l = list_append(l, :more) ADD u :users, n :less',
        ExpressionAttributeValues: { ':less': -2, ':users': new Set(['c']), ':more': ['two', null, true] },
        ReturnValues: 'ALL_NEW',
      }),
      update(key, {
        UpdateExpression: 'DELETE u :users',
        ConditionExpression: 'contains(u, :c) AND size(l) = :four',
        ExpressionAttributeValues: { ':users': new Set(['a', 'c']), ':c': 'c', ':four': 4 },
        ReturnValues: 'ALL_NEW',
      }),
      () =>
        documents.delete({
          TableName: tableName(),
          Key: key,
          ConditionExpression: 'n > :zero',
          ExpressionAttributeValues: { ':zero': 0 },
        }),
      () => documents.delete({ TableName: tableName(), Key: key }),
      get(key),
    ]);
  });

  it('compare as DynamoDB does: types, missing attributes, between, prefixes', async () => {
    const key = freshKey();
    const conditions = [
      'n = :one',
      'n <> :two',
      'n <> :text',
      'n < :text',
      'gone < :two',
      'gone = :one',
      's BETWEEN :a AND :c',
      'begins_with(s, :a)',
      'm.x = :one',
      'm.y.z = :one',
      'attribute_not_exists(m.y.z)',
      'attribute_exists(l[1]) AND l[1] = :two',
      'NOT (n = :one AND s = :a) OR b = :true',
      'n >= :one AND (n <= :one OR n > :two)',
    ];
    const values: Record<string, unknown> = {
      ':one': 1,
      ':two': 2,
      ':text': 'text',
      ':a': 'a',
      ':c': 'c',
      ':true': true,
    };
    const used = (condition: string) =>
      Object.fromEntries(Object.entries(values).filter(([name]) => new RegExp(`${name}\\b`).test(condition)));
    await alike([
      put({ ...key, n: 1, s: 'abc', b: true, m: { x: 1 }, l: [1, 2] }),
      ...conditions.map((ConditionExpression) =>
        update(key, {
          UpdateExpression: 'SET seen = :seen',
          ConditionExpression,
          ExpressionAttributeValues: { ...used(ConditionExpression), ':seen': 1 },
        }),
      ),
    ]);
  });

  it('order sort keys by their bytes and page through them both ways', async () => {
    const { pk } = freshKey();
    const names = ['M#000000000000002', 'M#000000000000010', 'E#1', 'M#', 'N', 'z', '\u{1F600}', '\uFF5E', 'é', 'S#~'];
    const pages =
      (order: boolean, condition: string, values: Record<string, string>): Task =>
      async () => {
        const found: unknown[] = [];
        let from: Record<string, unknown> | undefined;
        for (let page = 0; page < 20; page++) {
          const { Items, LastEvaluatedKey } = await documents.query({
            TableName: tableName(),
            ConsistentRead: true,
            KeyConditionExpression: condition,
            ExpressionAttributeValues: { ':pk': pk, ...values },
            ScanIndexForward: order,
            Limit: 3,
            ...(from ? { ExclusiveStartKey: from } : {}),
          });
          found.push(...Items);
          from = LastEvaluatedKey;
          if (!from) return found;
        }
        throw new Error('a query without an end');
      };
    const everything = ['pk = :pk', {}] as const;
    const between = ['pk = :pk AND sk BETWEEN :first AND :last', { ':first': 'M#', ':last': 'M#~' }] as const;
    const prefix = ['pk = :pk AND begins_with(sk, :prefix)', { ':prefix': 'M#' }] as const;
    const after = ['pk = :pk AND sk > :after', { ':after': 'N' }] as const;
    await alike([
      ...names.map((sk, n) => put({ pk, sk, n, replied: n % 2 === 0 })),
      ...[everything, between, prefix, after].flatMap(([condition, values]) => [
        pages(true, condition, values),
        pages(false, condition, values),
      ]),
      query({
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: 'replied = :true AND attribute_exists(n)',
        ProjectionExpression: 'sk, n',
        ExpressionAttributeValues: { ':pk': pk, ':true': true },
      }),
      query({ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk }, Select: 'COUNT' }),
      query({ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'nowhere' } }),
    ]);
  });

  it('keep the index by user, with what it projects', async () => {
    const user = `T#conform#U#${freshKey().pk}`;
    const member = (name: string, place: string) => ({
      pk: `${user}#C#${name}`,
      sk: 'P#ada',
      uk: user,
      us: place,
      [TABLE.entity]: 'member',
      role: 'member',
      readSeq: 7,
    });
    const list = query({
      IndexName: TABLE.byUser.name,
      KeyConditionExpression: '#u = :u AND #s BETWEEN :first AND :last',
      ExpressionAttributeNames: { '#u': 'uk', '#s': 'us' },
      ExpressionAttributeValues: { ':u': user, ':first': 'C#', ':last': 'C#~' },
      ScanIndexForward: false,
    });
    await alike([
      put(member('one', 'C#1')),
      put(member('two', 'C#2')),
      put({ ...member('three', 'X#9'), us: 'X#9' }),
      list,
      update(
        { pk: `${user}#C#one`, sk: 'P#ada' },
        { UpdateExpression: 'SET us = :s', ExpressionAttributeValues: { ':s': 'C#3' } },
      ),
      update({ pk: `${user}#C#two`, sk: 'P#ada' }, { UpdateExpression: 'REMOVE uk, us' }),
      list,
      () => documents.delete({ TableName: tableName(), Key: { pk: `${user}#C#one`, sk: 'P#ada' } }),
      list,
    ]);
  });
});
