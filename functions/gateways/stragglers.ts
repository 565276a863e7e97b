import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { callService, SQS } from '#aws/json-protocol.ts';
import { ENV } from '#contract/environment.ts';
import type { Delivery } from '#domain/delivery.ts';

/** Deliveries that the queue did not take, and why. */
export interface Queued {
  readonly refused: readonly Delivery[];
  readonly reason?: unknown;
}

/** Entries of one SendMessageBatch, and bytes of all of them together; SQS allows 10 and 256 KB. */
const MOST_ENTRIES = 10;
const MOST_BYTES = 240 * 1024;
/** Rounds in which entries that SQS refused one by one are sent again. */
const ROUNDS = 3;
/** A sender waits for this: three tries of three seconds at most. */
const PATIENCE = { timeout: 3_000, attempts: 3 };

const BatchAnswer = z.object({
  Failed: z.array(z.object({ Id: z.string(), Code: z.string().optional() })).default([]),
});

const queueUrl = (): string => {
  const url = process.env[ENV.stragglersUrl];
  if (!url) throw new Error(`${ENV.stragglersUrl} is not set: the function was deployed without its queue`);
  return url;
};

interface Entry {
  readonly delivery: Delivery;
  readonly body: string;
  readonly deduplicationId: string;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** A group id of SQS is short and shows in logs: a digest names tenant and group without telling them. */
const groupId = ({ tenantId, group }: Delivery): string => digest(`${tenantId}\n${group}`);

const batches = (deliveries: readonly Delivery[]): Entry[][] => {
  const all: Entry[][] = [];
  let size = 0;
  for (const delivery of deliveries) {
    const body = JSON.stringify(delivery);
    const bytes = Buffer.byteLength(body);
    const last = all.at(-1);
    const fits = last && last.length < MOST_ENTRIES && size + bytes <= MOST_BYTES;
    const { once } = delivery;
    const deduplicationId = once === undefined ? randomUUID() : digest(`${delivery.tenantId}\n${once}`);
    const entry = { delivery, body, deduplicationId };
    if (fits) last.push(entry);
    else all.push([entry]);
    size = fits ? size + bytes : bytes;
  }
  return all;
};

const sendBatch = async (entries: readonly Entry[]): Promise<Queued> => {
  let open = entries;
  let reason: unknown;
  try {
    for (let round = 0; round < ROUNDS && open.length > 0; round++) {
      const Entries = open.map(({ delivery, body, deduplicationId }, index) => ({
        Id: String(index),
        MessageBody: body,
        MessageGroupId: groupId(delivery),
        // One id a delivery, not a digest of its body: the same event may have to travel twice.
        MessageDeduplicationId: deduplicationId,
      }));
      const answer = await callService(SQS, 'SendMessageBatch', { QueueUrl: queueUrl(), Entries }, PATIENCE);
      const { Failed } = BatchAnswer.parse(answer);
      if (Failed.length > 0) reason = new Error(`SQS refused ${Failed.length} entries: ${Failed[0]?.Code}`);
      const sent = open;
      open = Failed.map(({ Id }) => sent[Number(Id)]!);
    }
  } catch (error) {
    reason = error;
  }
  return { refused: open.map(({ delivery }) => delivery), reason };
};

/**
 * Puts into the queue what could not or should not be posted at once, in order within each group. What the queue did not
 * take after retries comes back.
 */
export async function queueStragglers(deliveries: readonly Delivery[]): Promise<Queued> {
  const refused: Delivery[] = [];
  let reason: unknown;
  // One after another: batches in parallel would mix up the order within a group.
  for (const batch of batches(deliveries)) {
    const result = await sendBatch(batch);
    refused.push(...result.refused);
    reason ??= result.reason;
  }
  return { refused, reason };
}

/** Hides a message that was received for so many seconds, for a consumer that then fails it: it comes back when they are over. */
export async function postpone(receiptHandle: string, seconds: number): Promise<void> {
  await callService(
    SQS,
    'ChangeMessageVisibility',
    { QueueUrl: queueUrl(), ReceiptHandle: receiptHandle, VisibilityTimeout: seconds },
    PATIENCE,
  );
}
