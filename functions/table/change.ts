import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { Item, Key } from './entity.ts';
import { TABLE } from './schema.ts';

/** An image in DynamoDB's own notation. One that cannot be turned into an item is an issue like any other. */
const Image = z.record(z.string(), z.unknown()).transform((image, context): Item => {
  try {
    return unmarshall(image as Parameters<typeof unmarshall>[0]);
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
    return z.NEVER;
  }
});

const StreamRecord = z.object({
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: z.object({
    ApproximateCreationDateTime: z.number(),
    NewImage: Image.optional(),
    OldImage: Image.optional(),
  }),
});

const Identified = z.object({ pk: z.string(), sk: z.string(), [TABLE.entity]: z.string() });

/** One change of one item, as the table's stream tells it. */
export interface Change {
  readonly op: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly key: Key;
  /** Which entity the item is. */
  readonly entity: string;
  /** The item as it is now; for a removal as it was last. */
  readonly item: Item;
  /** The item as it was before; undefined for a new one. */
  readonly before: Item | undefined;
  /** When it changed: milliseconds, to the second. */
  readonly at: number;
}

/** The change a stream record tells. Raises a `ZodError` for a record that cannot be read. */
export function changeOf(record: unknown): Change {
  const { eventName: op, dynamodb } = StreamRecord.parse(record);
  const item = op === 'REMOVE' ? dynamodb.OldImage : dynamodb.NewImage;
  const { pk, sk, ty } = Identified.parse(item);
  return {
    op,
    key: { pk, sk },
    entity: ty,
    item: item!,
    before: dynamodb.OldImage,
    at: dynamodb.ApproximateCreationDateTime * 1_000,
  };
}
