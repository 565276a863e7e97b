import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Item } from '#table/entity.ts';

/** Bytes of a text in UTF-8. */
const utf8 = (text: string): number => Buffer.byteLength(text, 'utf8');

/** One byte for two significant digits and one more; leading and trailing zeros are not kept. A minus takes another. */
const sizeOfNumber = (text: string): number => {
  const digits = text
    .toLowerCase()
    .replace(/e.*$/, '')
    .replace(/[-+.]/g, '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
};

const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((total, value) => total + of(value), 0);

/**
 * Bytes of a value as DynamoDB counts them. Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats"
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html); it calls the size of a
 * number approximate.
 */
export function sizeOfValue(value: AttributeValue): number {
  if (value.S !== undefined) return utf8(value.S);
  if (value.N !== undefined) return sizeOfNumber(value.N);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.M !== undefined) return 3 + sum(Object.entries(value.M), ([name, of]) => 1 + utf8(name) + sizeOfValue(of));
  if (value.L !== undefined) return 3 + sum(value.L, (element) => 1 + sizeOfValue(element));
  if (value.SS !== undefined) return sum(value.SS, utf8);
  if (value.NS !== undefined) return sum(value.NS, sizeOfNumber);
  if (value.BS !== undefined) return sum(value.BS, (bytes) => bytes.byteLength);
  throw new Error(`a value of an unknown type: ${JSON.stringify(Object.keys(value))}`);
}

/** Bytes of an item: its attributes' names and values. The 100 bytes of overhead an item are storage, not throughput. */
export function sizeOfItem(item: Item): number {
  const attributes = Object.entries(marshall(item, { removeUndefinedValues: true }));
  return sum(attributes, ([name, value]) => utf8(name) + sizeOfValue(value));
}
