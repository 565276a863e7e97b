import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './table/value.ts';

/** An item of the table as plain values, for checks. */
export const plain = (item: Item): Record<string, unknown> => unmarshall(item as Parameters<typeof unmarshall>[0]);
