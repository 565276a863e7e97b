import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Item } from '#table/entity.ts';
import type { ServiceStub } from './aws-stub.ts';

const placeOf = ({ pk, sk }: Item): string => `${pk}\n${sk}`;

/** An item after `SET #a = :b, … REMOVE #c, …`, the only form of an update that this knows. */
function updated(before: Item, input: UpdateCommandInput): Item {
  const { UpdateExpression = '', ExpressionAttributeNames = {}, ExpressionAttributeValues = {} } = input;
  const [, set = '', remove = ''] = /^(?:SET (.*?))? ?(?:REMOVE (.*))?$/.exec(UpdateExpression) ?? [];
  const after = { ...before };
  for (const part of set ? set.split(', ') : []) {
    const [name, value] = part.split(' = ') as [string, string];
    after[ExpressionAttributeNames[name]!] = ExpressionAttributeValues[value];
  }
  for (const name of remove ? remove.split(', ') : []) delete after[ExpressionAttributeNames[name]!];
  return after;
}

/**
 * Makes a stubbed DynamoDB keep items, as far as connections and watches need it: for schedules of many small steps. That
 * the same code does the same on a real table is tested on the emulator.
 */
export function keepItems(stub: ServiceStub): void {
  const items = new Map<string, Item>();
  stub.on(GetCommand).callsFake(({ Key }) => ({ Item: items.get(placeOf(Key)) }));
  stub.on(PutCommand).callsFake(({ Item: item }) => {
    items.set(placeOf(item), item);
    return {};
  });
  stub.on(DeleteCommand).callsFake(({ Key }) => {
    items.delete(placeOf(Key));
    return {};
  });
  stub.on(BatchGetCommand).callsFake(({ RequestItems }: { RequestItems: Record<string, { Keys: Item[] }> }) => ({
    Responses: Object.fromEntries(
      Object.entries(RequestItems).map(([table, { Keys }]) => [
        table,
        Keys.flatMap((key) => items.get(placeOf(key)) ?? []),
      ]),
    ),
  }));
  stub.on(QueryCommand).callsFake(({ ExpressionAttributeValues: { ':pk': pk, ':watch': prefix } }) => {
    const Items = [...items.values()].filter((item) => item['pk'] === pk && String(item['sk']).startsWith(prefix));
    return { Items, Count: Items.length };
  });
  stub.on(UpdateCommand).callsFake((input: UpdateCommandInput) => {
    const before = items.get(placeOf(input.Key as Item));
    if (input.ConditionExpression === 'attribute_exists(pk)' && !before)
      throw new ConditionalCheckFailedException({ message: 'none', $metadata: {} });
    const after = updated(before ?? { ...input.Key }, input);
    items.set(placeOf(after), after);
    return { Attributes: input.ReturnValues === 'ALL_OLD' ? before : after };
  });
}
