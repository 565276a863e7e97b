import { randomBytes } from 'node:crypto';
import { marshall, type NativeAttributeValue } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Item, scope } from '#table/entity.ts';
import { MessageEntity, type StoredMessage } from '#table/message.ts';

/** When every record of a test was written: seconds, as the stream tells it. */
const WRITTEN_AT = 1_795_253_400;

let written = 0;

/** A stream record of an item's change, as Lambda gets it: images in DynamoDB's notation, sequence numbers rising. */
export function recordOf(now: Item | undefined, before?: Item): DynamoDBRecord {
  const sequence = String(++written).padStart(21, '0');
  const image = (item: Item) =>
    marshall(item as Record<string, NativeAttributeValue>, { removeUndefinedValues: true }) as Record<string, never>;
  return {
    eventID: `event-${sequence}`,
    eventName: now ? (before ? 'MODIFY' : 'INSERT') : 'REMOVE',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: WRITTEN_AT,
      SequenceNumber: sequence,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      ...(now && { NewImage: image(now) }),
      ...(before && { OldImage: image(before) }),
    },
  };
}

/** What Lambda is invoked with. */
export const batchOf = (records: readonly DynamoDBRecord[]): DynamoDBStreamEvent => ({ Records: [...records] });

/** Where a batch is to be taken up again. */
export const resumedAt = (record: DynamoDBRecord) => ({
  batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber }],
});

/** A record with an image that is not DynamoDB's notation: nobody can ever read it. */
export function brokenRecord(): DynamoDBRecord {
  const record = recordOf({ pk: 'T#acme#L#x', sk: 'M#1', ty: 'message' });
  return { ...record, dynamodb: { ...record.dynamodb, NewImage: { b: { Z: 'no such type' } as never } } };
}

/** A conversation id of its own. */
export const aConversationId = (): string => `cnv_${randomBytes(16).toString('base64url')}`;

/** A message as the table holds it. */
export const messageItem = (
  place: { readonly tenantId: string; readonly conversationId: string; readonly seq: number },
  stored: Partial<StoredMessage> = {},
): Item =>
  MessageEntity.toItem(scope(place.tenantId), place, {
    u: 'bob',
    b: { type: 'text', text: 'The engine weaves algebraic patterns.' },
    a: Date.UTC(2026, 10, 21, 9, 30) + place.seq,
    v: 1,
    ...stored,
  });
