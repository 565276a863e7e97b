import { unmarshall } from '@aws-sdk/util-dynamodb';

const MAPS = new Set([
  'Key',
  'Item',
  'Attributes',
  'ExpressionAttributeValues',
  'ExclusiveStartKey',
  'LastEvaluatedKey',
]);
const LISTS = new Set(['Items', 'Keys']);

/** A request or answer as it is on the wire, with plain values in place of DynamoDB's own notation. */
export const plain = (value: unknown, within = ''): unknown => {
  const read = (map: unknown) => unmarshall(map as Parameters<typeof unmarshall>[0]);
  if (Array.isArray(value)) return value.map((each) => (LISTS.has(within) ? read(each) : plain(each)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      MAPS.has(name) ? read(part) : within === 'Responses' ? (part as unknown[]).map(read) : plain(part, name),
    ]),
  );
};
