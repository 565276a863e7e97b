import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { log } from './log.ts';
import { countedSince } from './metrics.ts';

/** What became of one piece of work: done, refused for ever by whom it was meant for, or not possible now. */
export type Result = 'done' | { readonly rejected: string } | { readonly failed: string };

export interface Steps<T> {
  /** What the record asks for; undefined when nothing. No I/O. Raises a `ZodError` when it cannot be read. */
  readonly read: (record: DynamoDBRecord) => T | undefined;
  /** Does the work of a batch, in order, with a result for each piece. Must be idempotent: any piece may come again. */
  readonly apply: (work: readonly T[]) => Promise<readonly Result[]>;
  /** Puts a record aside with its whole payload, so that it can be looked at and replayed. */
  readonly park: (record: DynamoDBRecord, reason: string) => Promise<void>;
}

const textOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/**
 * The Lambda handler of a reader of the table's stream. A record that cannot be read, or whose work is refused for ever,
 * is parked and passed over: no retry can mend it. Any other failure ends the batch there, and Lambda comes back from that
 * record on, so order is kept. A record is passed over only after it was parked.
 */
export const consumer =
  <T>(name: string, { read, apply, park }: Steps<T>) =>
  async ({ Records: records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    /** Everything before this place is dealt with. */
    let end = records.length;
    const failAt = (place: number, reason: string): void => {
      if (place >= end) return;
      end = place;
      log.warn('consumer.failed', { consumer: name, place, records: records.length, reason });
    };

    const work: { place: number; piece: T }[] = [];
    const unusable: { place: number; reason: string }[] = [];
    for (const [place, record] of records.entries()) {
      try {
        const piece = read(record);
        if (piece !== undefined) work.push({ place, piece });
      } catch (error) {
        if (error instanceof z.ZodError) {
          unusable.push({ place, reason: z.prettifyError(error) });
        } else {
          failAt(place, textOf(error));
          break;
        }
      }
    }

    if (work.length > 0) {
      try {
        const results = await apply(work.map(({ piece }) => piece));
        for (const [index, { place }] of work.entries()) {
          const result = results[index] ?? { failed: 'no result' };
          if (result === 'done') continue;
          if ('rejected' in result) unusable.push({ place, reason: result.rejected });
          else failAt(place, result.failed);
        }
      } catch (error) {
        failAt(work[0]!.place, textOf(error));
      }
    }

    let parked = 0;
    for (const { place, reason } of unusable.sort((one, other) => one.place - other.place)) {
      // What comes again from `end` on is parked when it comes.
      if (place >= end) break;
      try {
        await park(records[place]!, reason);
        parked++;
        log.warn('consumer.parked', { consumer: name, eventId: records[place]!.eventID, reason });
      } catch (error) {
        failAt(place, textOf(error));
      }
    }

    log.info(
      'consumer',
      { consumer: name, records: records.length, dealtWith: end, work: work.length, parked },
      countedSince(),
    );
    if (end === records.length) return { batchItemFailures: [] };
    const itemIdentifier = records[end]!.dynamodb?.SequenceNumber;
    if (!itemIdentifier) throw new Error('a failed record has no sequence number: the whole batch must come again');
    return { batchItemFailures: [{ itemIdentifier }] };
  };
