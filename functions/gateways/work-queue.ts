import * as z from 'zod';
import { callService, SQS } from '#aws/json-protocol.ts';
import { ENV } from '#contract/environment.ts';

/** A standard queue, by the variable that names it. */
export type WorkQueue = 'notificationsUrl' | 'webhooksUrl';

/** Something to be done, and in how many seconds (up to `MOST_DELAY_SECONDS`); absent: when the queue's own delay is over. */
export interface Letter {
  readonly body: unknown;
  readonly delaySeconds?: number;
}

/** The longest that SQS holds a message back. */
export const MOST_DELAY_SECONDS = 900;

/** Entries of one SendMessageBatch, and bytes of all of them together; SQS allows 10 and 256 KB. */
const MOST_ENTRIES = 10;
const MOST_BYTES = 240 * 1024;
/** Rounds in which entries that SQS refused one by one are sent again. */
const ROUNDS = 3;

const Answer = z.object({ Failed: z.array(z.object({ Id: z.string(), Code: z.string().optional() })).default([]) });

interface Entry {
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
}

const batches = (entries: readonly Entry[]): Entry[][] => {
  const all: Entry[][] = [];
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

async function sendBatch(QueueUrl: string, entries: readonly Entry[]): Promise<void> {
  let open = entries;
  for (let round = 1; ; round++) {
    const Entries = open.map((entry, index) => ({ Id: String(index), ...entry }));
    const { Failed } = Answer.parse(await callService(SQS, 'SendMessageBatch', { QueueUrl, Entries }));
    if (Failed.length === 0) return;
    if (round === ROUNDS) throw new Error(`SQS refused ${Failed.length} entries: ${Failed[0]?.Code}`);
    const sent = open;
    open = Failed.map(({ Id }) => sent[Number(Id)]!);
  }
}

/** Puts letters into a queue. Raises when it did not take all of them: some of them may be in it then. */
export async function enqueue(queue: WorkQueue, letters: readonly Letter[]): Promise<void> {
  const url = process.env[ENV[queue]];
  if (!url) throw new Error(`${ENV[queue]} is not set: the function was deployed without its queue`);
  const entries = letters.map(({ body, delaySeconds }) => ({
    MessageBody: JSON.stringify(body),
    ...(delaySeconds === undefined ? {} : { DelaySeconds: Math.min(MOST_DELAY_SECONDS, Math.ceil(delaySeconds)) }),
  }));
  for (const batch of batches(entries)) await sendBatch(url, batch);
}
