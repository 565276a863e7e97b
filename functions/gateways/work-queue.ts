import { sendInBatches } from './queue-batch.ts';

/** A standard queue, by the variable that names it. */
export type WorkQueue = 'notificationsUrl' | 'webhooksUrl';

/** Something to be done, and in how many seconds (up to `MOST_DELAY_SECONDS`); absent: when the queue's own delay is over. */
export interface Letter {
  readonly body: unknown;
  readonly delaySeconds?: number;
}

/** The longest that SQS holds a message back. */
export const MOST_DELAY_SECONDS = 900;

/** Puts letters into a queue. Raises when it did not take all of them: some of them may be in it then. */
export async function enqueue(queue: WorkQueue, letters: readonly Letter[]): Promise<void> {
  const entries = letters.map(({ body, delaySeconds }) => ({
    MessageBody: JSON.stringify(body),
    ...(delaySeconds === undefined ? {} : { DelaySeconds: Math.min(MOST_DELAY_SECONDS, Math.ceil(delaySeconds)) }),
  }));
  const { refused, reason } = await sendInBatches(queue, entries);
  if (refused.length > 0) throw reason;
}
