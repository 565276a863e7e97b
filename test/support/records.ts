import type { SQSRecord } from 'aws-lambda';
import type { Delivery } from '#domain/delivery.ts';

/** A record of the queue of stragglers, of the delivery's own group, that was received so many times. */
export const recordOf = (
  messageId: string,
  delivery: Delivery,
  { receives = 1 }: { readonly receives?: number } = {},
): SQSRecord => ({
  messageId,
  receiptHandle: `handle-${messageId}`,
  body: JSON.stringify(delivery),
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: '0',
    SenderId: 'test',
    ApproximateFirstReceiveTimestamp: '0',
    MessageGroupId: delivery.group,
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn',
  awsRegion: 'us-east-1',
});
