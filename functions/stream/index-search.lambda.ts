import { indexSearch } from '#contract/subscriptions.ts';
import { park } from '#gateways/parking.ts';
import { type IndexWrite, writeToIndex } from '#gateways/search-bulk.ts';
import { consumer, type Result } from '#runtime/consumer.ts';
import { messageWrite } from './message-write.ts';

/** One bulk a batch. */
const apply = async (writes: readonly IndexWrite[]): Promise<Result[]> =>
  (await writeToIndex(writes)).map((result) => (typeof result === 'string' ? 'done' : result));

/** First reader of the table's stream: brings messages into the search index. */
export const handler = consumer(indexSearch.name, {
  read: messageWrite,
  apply,
  park: async (record, reason) => void (await park(indexSearch.name, record, reason)),
});
