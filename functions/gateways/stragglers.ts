import { createHash, randomUUID } from 'node:crypto';
import { callService, SQS } from '#aws/json-protocol.ts';
import type { Delivery } from '#domain/delivery.ts';
import { type QueueEntry, queueUrl, sendInBatches } from './queue-batch.ts';

/** Deliveries that the queue did not take, and why. */
export interface Queued {
  readonly refused: readonly Delivery[];
  readonly reason?: unknown;
}

/** A sender waits for this: three tries of three seconds at most. */
const PATIENCE = { timeout: 3_000, attempts: 3 };

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** A group id of SQS is short and shows in logs: a digest names tenant and group without telling them. */
const groupId = ({ tenantId, group }: Delivery): string => digest(`${tenantId}\n${group}`);

/** One id a delivery, not a digest of its body: the same event may have to travel twice. */
const deduplicationId = ({ tenantId, once }: Delivery): string =>
  once === undefined ? randomUUID() : digest(`${tenantId}\n${once}`);

const entryOf = (delivery: Delivery): QueueEntry => ({
  MessageBody: JSON.stringify(delivery),
  MessageGroupId: groupId(delivery),
  MessageDeduplicationId: deduplicationId(delivery),
});

/**
 * Puts into the queue what could not or should not be posted at once, in order within each group. What the queue did not
 * take after retries comes back.
 */
export async function queueStragglers(deliveries: readonly Delivery[]): Promise<Queued> {
  const entries = new Map(deliveries.map((delivery) => [entryOf(delivery), delivery]));
  const { refused, reason } = await sendInBatches('stragglersUrl', [...entries.keys()], PATIENCE);
  return { refused: refused.map((entry) => entries.get(entry)!), reason };
}

/** Hides a message that was received for so many seconds, for a consumer that then fails it: it comes back when they are over. */
export async function postpone(receiptHandle: string, seconds: number): Promise<void> {
  await callService(
    SQS,
    'ChangeMessageVisibility',
    { QueueUrl: queueUrl('stragglersUrl'), ReceiptHandle: receiptHandle, VisibilityTimeout: seconds },
    PATIENCE,
  );
}
