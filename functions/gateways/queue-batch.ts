import * as z from 'zod';
import { type CallOptions, callService, SQS } from '#aws/json-protocol.ts';
import { ENV } from '#contract/environment.ts';

/** A queue, by the variable that names it. */
type Queue = 'stragglersUrl' | 'notificationsUrl' | 'webhooksUrl';

/** The address of a queue. Raises in a function that was deployed without it. */
export function queueUrl(queue: Queue): string {
  const url = process.env[ENV[queue]];
  if (!url) throw new Error(`${ENV[queue]} is not set: the function was deployed without its queue`);
  return url;
}

/** A message for a queue, with what SQS is told besides its body. */
export interface QueueEntry {
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

/** Entries that a queue did not take, and why. */
interface Sent<E> {
  readonly refused: readonly E[];
  readonly reason?: unknown;
}

/** Entries of one SendMessageBatch, and bytes of all of them together; SQS allows 10 and 256 KB. */
const MOST_ENTRIES = 10;
const MOST_BYTES = 240 * 1024;
/** Rounds in which entries that SQS refused one by one are sent again. */
const ROUNDS = 3;

const Answer = z.object({ Failed: z.array(z.object({ Id: z.string(), Code: z.string().optional() })).default([]) });

const batches = <E extends QueueEntry>(entries: readonly E[]): E[][] => {
  const all: E[][] = [];
  let size = 0;
  for (const entry of entries) {
    const bytes = Buffer.byteLength(entry.MessageBody);
    const last = all.at(-1);
    const fits = last && last.length < MOST_ENTRIES && size + bytes <= MOST_BYTES;
    if (fits) last.push(entry);
    else all.push([entry]);
    size = fits ? size + bytes : bytes;
  }
  return all;
};

const sendBatch = async <E extends QueueEntry>(
  queue: Queue,
  entries: readonly E[],
  options: CallOptions,
): Promise<Sent<E>> => {
  let open = entries;
  let reason: unknown;
  try {
    for (let round = 0; round < ROUNDS && open.length > 0; round++) {
      const Entries = open.map((entry, index) => ({ Id: String(index), ...entry }));
      const batch = { QueueUrl: queueUrl(queue), Entries };
      const { Failed } = Answer.parse(await callService(SQS, 'SendMessageBatch', batch, options));
      if (Failed.length > 0) reason = new Error(`SQS refused ${Failed.length} entries: ${Failed[0]?.Code}`);
      const sent = open;
      open = Failed.map(({ Id }) => sent[Number(Id)]!);
    }
  } catch (error) {
    reason = error;
  }
  return { refused: open, reason };
};

/** Puts entries into a queue, in order. What it did not take after retries comes back, as the objects that were given. */
export async function sendInBatches<E extends QueueEntry>(
  queue: Queue,
  entries: readonly E[],
  options: CallOptions = {},
): Promise<Sent<E>> {
  const refused: E[] = [];
  let reason: unknown;
  // One after another: batches in parallel would mix up the order within a group.
  for (const batch of batches(entries)) {
    const result = await sendBatch(queue, batch, options);
    refused.push(...result.refused);
    reason ??= result.reason;
  }
  return { refused, reason };
}
