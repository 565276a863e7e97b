import type { PublishedEvent } from '#contract/published-events.ts';
import { publishEvents } from '#contract/subscriptions.ts';
import { publish } from '#gateways/event-bus.ts';
import { park } from '#gateways/parking.ts';
import { consumer, type Result } from '#runtime/consumer.ts';
import { publishedEvent } from './published-event.ts';

const apply = async (events: readonly PublishedEvent[]): Promise<Result[]> =>
  (await publish(events)).map((result) => (result === 'published' ? 'done' : result));

/** Second reader of the table's stream: says on the event bus what happened. */
export const handler = consumer(publishEvents.name, {
  read: publishedEvent,
  apply,
  park: async (record, reason) => void (await park(publishEvents.name, record, reason)),
});
