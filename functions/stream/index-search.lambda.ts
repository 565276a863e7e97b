import { indexSearch } from '#contract/subscriptions.ts';
import { park } from '#gateways/parking.ts';
import { consumer } from '#runtime/consumer.ts';
import { indexChange } from './index-change.ts';
import { applyToIndex } from './index-work.ts';

/** First reader of the table's stream: brings messages, users and conversations into the search index, with one bulk a batch. */
export const handler = consumer(indexSearch.name, {
  read: indexChange,
  apply: applyToIndex,
  park: async (record, reason) => void (await park(indexSearch.name, record, reason)),
});
