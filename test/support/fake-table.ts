import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Item } from '#table/entity.ts';
import { TABLE } from '#table/schema.ts';
import type { ServiceStub } from './aws-stub.ts';

type Test = (sortKey: string) => boolean;

/** Reads the forms of key conditions that `functions/table` uses. Throws for one it does not know. */
const keyCondition = (input: QueryCommandInput): { attribute: string; value: string; sort: string; test: Test } => {
  const values = (input.ExpressionAttributeValues ?? {}) as Record<string, string>;
  const named = (input.KeyConditionExpression ?? '').replace(
    /#\w+/g,
    (name) => input.ExpressionAttributeNames?.[name] ?? name,
  );
  const [, attribute, partition, rest = ''] = /^(\w+) = (:\w+)(?: AND (.*))?$/s.exec(named) ?? [];
  if (!attribute || !partition) throw new Error(`unknown key condition: ${named}`);
  const [, start, prefix] = /^begins_with\((\w+), ?(:\w+)\)$/.exec(rest) ?? [];
  const [, between, low, high] = /^(\w+) BETWEEN (:\w+) AND (:\w+)$/.exec(rest) ?? [];
  const [, compared, operator, bound] = /^(\w+) (<|<=|>|>=|=) (:\w+)$/.exec(rest) ?? [];
  const test: Test = (key) => {
    if (rest === '') return true;
    if (prefix) return key.startsWith(values[prefix]!);
    if (low && high) return key >= values[low]! && key <= values[high]!;
    if (!bound) throw new Error(`unknown key condition: ${named}`);
    const other = values[bound]!;
    if (operator === '=') return key === other;
    return operator!.startsWith('<') ? key < other || (operator === '<=' && key === other) : key > other;
  };
  return { attribute, value: values[partition]!, sort: start ?? between ?? compared ?? TABLE.sortKey, test };
};

/**
 * Makes a stubbed document client answer reads from the given items. Writes succeed and change nothing: what DynamoDB
 * does is tested on the emulator; this is for what our code asks.
 */
export function answerFrom(stub: ServiceStub, items: readonly Item[]): void {
  const find = ({ pk, sk }: Item): Item | undefined => items.find((item) => item['pk'] === pk && item['sk'] === sk);
  stub.on(GetCommand).callsFake(({ Key }: { Key: Item }) => ({ Item: find(Key) }));
  stub.on(BatchGetCommand).callsFake(({ RequestItems }: { RequestItems: Record<string, { Keys: Item[] }> }) => ({
    Responses: Object.fromEntries(
      Object.entries(RequestItems).map(([table, { Keys }]) => [table, Keys.flatMap((key) => find(key) ?? [])]),
    ),
  }));
  stub.on(QueryCommand).callsFake((input: QueryCommandInput) => {
    const { attribute, value, sort, test } = keyCondition(input);
    const found = items
      .filter((item) => item[attribute] === value && test(String(item[sort])))
      .sort((a, b) => (String(a[sort]) < String(b[sort]) ? -1 : 1));
    if (input.ScanIndexForward === false) found.reverse();
    return { Items: found.slice(0, input.Limit), Count: found.length };
  });
  stub.on(UpdateCommand).callsFake(({ Key }: { Key: Item }) => ({ Attributes: find(Key) }));
  stub.on(PutCommand).resolves({});
  stub.on(DeleteCommand).resolves({});
  stub.on(TransactWriteCommand).resolves({});
}
