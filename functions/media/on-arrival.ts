import type { S3Event } from 'aws-lambda';
import { log } from '#runtime/log.ts';
import { type Arrival, arrivalOf } from './object-key.ts';

/**
 * A function that runs for every object that arrives in quarantine. What throws is an outage, which Lambda tries again and
 * in the end hands to the failure destination. Objects of one event do not hold each other up.
 */
export const onArrival =
  (act: (arrival: Arrival) => Promise<unknown>) =>
  async ({ Records }: S3Event): Promise<void> => {
    const failures: unknown[] = [];
    for (const record of Records) {
      try {
        const arrival = arrivalOf(record);
        if (arrival) await act(arrival);
        else log.warn('upload.foreign_key', { bucket: record.s3.bucket.name });
      } catch (error) {
        log.error('upload.failed', error, { key: record.s3.object.key });
        failures.push(error);
      }
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} of ${Records.length} uploads failed`);
  };
