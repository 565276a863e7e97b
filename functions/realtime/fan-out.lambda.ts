import { setTimeout as pause } from 'node:timers/promises';
import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { fanOut } from '#delivery/fan-out.ts';
import { againAfterSeconds, Delivery } from '#domain/delivery.ts';
import { GATHER_MS } from '#domain/hot-room.ts';
import { postpone } from '#gateways/stragglers.ts';
import { log } from '#runtime/log.ts';
import { count, countedSince } from '#runtime/metrics.ts';

/** Records that the queue gives at most: a full batch has more behind it. */
const FULL_BATCH = 10;

const receivesOf = ({ attributes }: SQSRecord): number => Number(attributes.ApproximateReceiveCount);

/** A group that failed comes back soon: a room that hears nothing does not know that there is something to fetch. */
const comeBack = async (records: readonly SQSRecord[], receives: number): Promise<void> => {
  try {
    await Promise.all(records.map(({ receiptHandle }) => postpone(receiptHandle, againAfterSeconds(receives))));
  } catch (error) {
    // It comes back all the same, when the queue's own visibility timeout is over.
    log.error('fan_out.not_postponed', error);
  }
};

/** What a record says, or undefined when it cannot be read. */
const deliveryIn = (record: SQSRecord): Delivery | undefined => {
  try {
    return Delivery.parse(JSON.parse(record.body));
  } catch (error) {
    // Never the error's own text: Zod and JSON.parse quote what they read, and that is people's messages.
    log.error('record.unreadable', new Error(error instanceof Error ? error.name : 'unknown'), {
      messageId: record.messageId,
      receives: receivesOf(record),
    });
    return undefined;
  }
};

/** True when a second is not over yet: the record comes back when it is. Once that fails it is as good as over. */
const isEarly = async ({ receiptHandle }: SQSRecord, second: number): Promise<boolean> => {
  const left = (second + 1) * 1_000 - Date.now();
  if (left <= 0) return false;
  try {
    await postpone(receiptHandle, Math.ceil(left / 1_000));
    return true;
  } catch (error) {
    log.error('receipts.not_postponed', error);
    return false;
  }
};

/**
 * Reads the queue of stragglers. A group that fails comes back as a whole, which keeps its order. A record that cannot be
 * read fails alone, with a line of its own, until it is set aside in the dead-letter queue: it has no place in any order,
 * and newer code may have written it for code that is just being deployed. A hot room's events are posted at once; what
 * follows them is held up, so that it is one frame.
 */
export const handler = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const started = Date.now();
  const failures: SQSBatchItemFailure[] = [];
  const groups = new Map<string, { records: SQSRecord[]; deliveries: Delivery[]; receives: number }>();
  for (const record of Records) {
    const delivery = deliveryIn(record);
    if (!delivery) {
      failures.push({ itemIdentifier: record.messageId });
      continue;
    }
    if (delivery.receipts && (await isEarly(record, delivery.receipts.second))) {
      failures.push({ itemIdentifier: record.messageId });
      continue;
    }
    const name = record.attributes.MessageGroupId ?? record.messageId;
    const group = groups.get(name) ?? { records: [], deliveries: [], receives: receivesOf(record) };
    group.records.push(record);
    group.deliveries.push(delivery);
    groups.set(name, group);
  }
  const parts = [...groups.values()];
  const results = await fanOut(parts);
  for (const [index, { failed }] of results.entries()) {
    if (!failed) continue;
    const { records, receives } = parts[index]!;
    failures.push(...records.map(({ messageId }) => ({ itemIdentifier: messageId })));
    await comeBack(records, receives);
  }

  const sum = (of: 'pushed' | 'gone' | 'apart') => results.reduce((total, result) => total + result[of], 0);
  count('delivered', sum('pushed'));
  log.info(
    'fan_out',
    {
      records: Records.length,
      failed: failures.length,
      pushed: sum('pushed'),
      gone: sum('gone'),
      apart: sum('apart'),
      reason: results.find(({ reason }) => reason)?.reason,
    },
    countedSince(),
  );
  // The queue gives out no more of these groups until this returns.
  const gathers =
    Records.length < FULL_BATCH && parts.some(({ deliveries }) => deliveries.some(({ gather }) => gather));
  if (gathers) await pause(Math.max(0, started + GATHER_MS - Date.now()));
  return { batchItemFailures: failures };
};
