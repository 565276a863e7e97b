import type { PublishedEvent } from '#contract/published-events.ts';
import { publishEvents } from '#contract/subscriptions.ts';
import { gathered } from '#domain/notification.ts';
import { publish } from '#gateways/event-bus.ts';
import { park } from '#gateways/parking.ts';
import { enqueue } from '#gateways/work-queue.ts';
import { consumer, type Result } from '#runtime/consumer.ts';
import { publishedEvent } from './published-event.ts';

/**
 * Has new messages looked at once their delay is over: one small letter a conversation and batch. What the server says
 * notifies nobody.
 */
async function notifyLater(events: readonly PublishedEvent[]): Promise<void> {
  const pending = gathered(
    events.flatMap(({ type, detail }) => {
      if (type !== 'message.created' || detail.kind === 'system') return [];
      const { tenant, conversationId, seq } = detail;
      return [{ tenant, conversationId, first: seq, last: seq }];
    }),
  );
  if (pending.length > 0)
    await enqueue(
      'notificationsUrl',
      pending.map((body) => ({ body })),
    );
}

const apply = async (events: readonly PublishedEvent[]): Promise<Result[]> => {
  // Before the bus: whoever fails here comes again, and a second look at the same messages says the same.
  await notifyLater(events);
  return (await publish(events)).map((result) => (result === 'published' ? 'done' : result));
};

/** Second reader of the table's stream: says on the event bus what happened. */
export const handler = consumer(publishEvents.name, {
  read: publishedEvent,
  apply,
  park: async (record, reason) => void (await park(publishEvents.name, record, reason)),
});
