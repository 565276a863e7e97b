import { createHash, randomUUID } from 'node:crypto';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ENV } from '#contract/environment.ts';
import type { Delivery } from '#domain/delivery.ts';

/** Events that could not or should not be posted at once, and the group within which they keep their order. */
export interface Straggler {
  readonly group: string;
  readonly delivery: Delivery;
}

/** Stragglers that the queue did not take, and why. */
export interface Queued {
  readonly refused: readonly Straggler[];
  readonly reason?: unknown;
}

/** Entries of one SendMessageBatch, and bytes of all of them together; SQS allows 10 and 256 KB. */
const MOST_ENTRIES = 10;
const MOST_BYTES = 240 * 1024;
/** Rounds in which entries that SQS refused one by one are sent again. */
const ROUNDS = 3;

let client: SQSClient | undefined;

const queueUrl = (): string => {
  const url = process.env[ENV.stragglersUrl];
  if (!url) throw new Error(`${ENV.stragglersUrl} is not set: the function was deployed without its queue`);
  return url;
};

interface Entry {
  readonly straggler: Straggler;
  readonly body: string;
  readonly deduplicationId: string;
}

/** A group id of SQS is short and shows in logs: a digest names tenant and group without telling them. */
const groupId = ({ group, delivery }: Straggler): string =>
  createHash('sha256').update(`${delivery.tenantId}\n${group}`).digest('base64url');

const batches = (stragglers: readonly Straggler[]): Entry[][] => {
  const all: Entry[][] = [];
  let size = 0;
  for (const straggler of stragglers) {
    const body = JSON.stringify(straggler.delivery);
    const bytes = Buffer.byteLength(body);
    const last = all.at(-1);
    const fits = last && last.length < MOST_ENTRIES && size + bytes <= MOST_BYTES;
    const entry = { straggler, body, deduplicationId: randomUUID() };
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
      client ??= new SQSClient({ requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 } });
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl(),
          Entries: open.map(({ straggler, body, deduplicationId }, index) => ({
            Id: String(index),
            MessageBody: body,
            MessageGroupId: groupId(straggler),
            // One id a straggler, not a digest of its body: the same event may have to travel twice.
            MessageDeduplicationId: deduplicationId,
          })),
        }),
      );
      if (Failed.length > 0) reason = new Error(`SQS refused ${Failed.length} entries: ${Failed[0]?.Code}`);
      const sent = open;
      open = Failed.map(({ Id }) => sent[Number(Id)]!);
    }
  } catch (error) {
    reason = error;
  }
  return { refused: open.map(({ straggler }) => straggler), reason };
};

/** Puts stragglers into the queue, in order within each group. What it did not take after retries comes back. */
export async function queueStragglers(stragglers: readonly Straggler[]): Promise<Queued> {
  const refused: Straggler[] = [];
  let reason: unknown;
  // One after another: batches in parallel would mix up the order within a group.
  for (const batch of batches(stragglers)) {
    const result = await sendBatch(batch);
    refused.push(...result.refused);
    reason ??= result.reason;
  }
  return { refused, reason };
}
