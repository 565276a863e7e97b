import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { PublishedEvent } from '#contract/published-events.ts';
import { inParallel } from '#delivery/parallel.ts';
import { gathered, Pending } from '#domain/notification.ts';
import { publish } from '#gateways/event-bus.ts';
import { log } from '#runtime/log.ts';
import { count, countedSince } from '#runtime/metrics.ts';
import { notificationsFor } from './notify.ts';
import { readRecord } from './record.ts';

/** Conversations looked at side by side. */
const AT_ONCE = 8;

const recipientsIn = (events: readonly PublishedEvent[]): number =>
  events.reduce((sum, event) => sum + (event.type === 'notification.due' ? event.detail.recipients.length : 0), 0);

/** Looks at one conversation and says on the bus who is to be notified; answers how many, and why it failed if it did. */
async function notifyIn(pending: Pending, at: number): Promise<{ notified: number; failed?: string }> {
  try {
    const events = await notificationsFor(pending, at);
    const results = events.length > 0 ? await publish(events) : [];
    const failed = results.find((result) => result !== 'published');
    if (failed) return { notified: 0, failed: JSON.stringify(failed) };
    return { notified: recipientsIn(events) };
  } catch (error) {
    log.error('notify.failed', error, { tenant: pending.tenant, conversationId: pending.conversationId });
    return { notified: 0, failed: 'see notify.failed' };
  }
}

/**
 * Reads what `publish-events` put into the queue some seconds ago, gathers it by conversation and says who has not seen it.
 * A conversation that fails comes back as a whole.
 */
export const handler = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const failures: SQSBatchItemFailure[] = [];
  const records: { id: string; pending: Pending }[] = [];
  for (const record of Records) {
    const pending = readRecord(Pending, record);
    if (pending) records.push({ id: record.messageId, pending });
    else failures.push({ itemIdentifier: record.messageId });
  }
  const conversations = gathered(records.map(({ pending }) => pending));
  const at = Date.now();
  const results = await inParallel(conversations, AT_ONCE, (one) => notifyIn(one, at));
  for (const [index, { failed }] of results.entries()) {
    if (failed === undefined) continue;
    const { tenant, conversationId } = conversations[index]!;
    for (const { id, pending } of records)
      if (pending.tenant === tenant && pending.conversationId === conversationId) failures.push({ itemIdentifier: id });
  }
  const notified = results.reduce((sum, result) => sum + result.notified, 0);
  count('notified', notified);
  log.info(
    'notify',
    {
      records: Records.length,
      conversations: conversations.length,
      notified,
      failed: failures.length,
      reason: results.find(({ failed }) => failed)?.failed,
    },
    countedSince(),
  );
  return { batchItemFailures: failures };
};
