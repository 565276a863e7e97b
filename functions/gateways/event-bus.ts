import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { ENV } from '#contract/environment.ts';
import { EVENT_SOURCE, type PublishedEvent } from '#contract/published-events.ts';

/** `published`; `rejected` for ever; `failed` for now. */
export type PublishResult = 'published' | { readonly rejected: string } | { readonly failed: string };

/** Sends entries and gives each its result, in order. */
export type PutEvents = (entries: readonly PutEventsRequestEntry[]) => Promise<readonly PutEventsResultEntry[]>;

/** Limits of one PutEvents call (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html). */
const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;

/** Tries of an entry that was throttled or failed inside EventBridge, before the stream has to bring it again. */
const ATTEMPTS = 4;

/** Calls at once. */
const PARALLEL = 4;

/** Error codes of an entry that no retry can mend; any other may pass. */
const FOR_EVER = new Set(['InvalidArgument', 'MalformedDetail', 'NotAuthorizedForSourceException']);

const client = new EventBridgeClient({
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
});

const putEvents: PutEvents = async (entries) => {
  const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [...entries] }));
  return Entries;
};

const entryOf = ({ type, detail }: PublishedEvent, EventBusName: string): PutEventsRequestEntry => ({
  EventBusName,
  Source: EVENT_SOURCE,
  DetailType: type,
  Detail: JSON.stringify(detail),
  Time: new Date(detail.at),
});

/** Bytes of an entry as EventBridge counts them: 14 for the time, and source, type and detail in UTF-8. */
export const sizeOf = ({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number =>
  14 + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);

/** Runs of at most ten entries and 256 KB, in order. */
export function chunksOf<E extends PutEventsRequestEntry>(entries: readonly E[]): E[][] {
  const chunks: E[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = sizeOf(entry);
    const chunk = chunks.at(-1);
    if (chunk && chunk.length < MOST_ENTRIES && bytes + size <= MOST_BYTES) {
      chunk.push(entry);
      bytes += size;
    } else {
      chunks.push([entry]);
      bytes = size;
    }
  }
  return chunks;
}

async function publishChunk(entries: readonly PutEventsRequestEntry[], put: PutEvents): Promise<PublishResult[]> {
  const results = entries.map((): PublishResult => ({ failed: 'not answered' }));
  let open = entries.map((_, index) => index);
  for (let attempt = 0; attempt < ATTEMPTS && open.length > 0; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** attempt));
    try {
      const answers = await put(open.map((index) => entries[index]!));
      for (const [place, index] of open.entries()) {
        const { EventId, ErrorCode, ErrorMessage } = answers[place] ?? {};
        const said = `${ErrorCode}: ${ErrorMessage}`;
        if (EventId) results[index] = 'published';
        else results[index] = ErrorCode && FOR_EVER.has(ErrorCode) ? { rejected: said } : { failed: said };
      }
    } catch (error) {
      // The SDK has retried it already.
      for (const index of open) results[index] = { failed: String(error) };
      return results;
    }
    open = open.filter((index) => typeof results[index] === 'object' && 'failed' in results[index]);
  }
  return results;
}

/**
 * Puts events on the bus and tells what became of each, in order. Entries that EventBridge could not take now are tried
 * again by themselves. Never raises for what EventBridge says.
 */
export async function publish(events: readonly PublishedEvent[], put: PutEvents = putEvents): Promise<PublishResult[]> {
  const bus = process.env[ENV.eventBus];
  if (!bus) throw new Error(`${ENV.eventBus} is not set: the consumer was deployed without its event bus`);
  const chunks = chunksOf(events.map((event) => entryOf(event, bus)));
  const results: PublishResult[] = [];
  for (let from = 0; from < chunks.length; from += PARALLEL) {
    const done = await Promise.all(chunks.slice(from, from + PARALLEL).map((chunk) => publishChunk(chunk, put)));
    results.push(...done.flat());
  }
  return results;
}
