import { createHash } from 'node:crypto';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ENV } from '#contract/environment.ts';

const s3 = new S3Client({ maxAttempts: 5, requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 } });

/**
 * Puts a stream record aside in the parking bucket, under consumer and event id, with its whole payload: the stream
 * forgets it after a day. The same record parked twice is one object. Returns its key.
 */
export async function park(consumer: string, record: { readonly eventID?: string }, reason: string): Promise<string> {
  const Bucket = process.env[ENV.parkingBucket];
  if (!Bucket) throw new Error(`${ENV.parkingBucket} is not set: the consumer was deployed without its parking bucket`);
  const id = record.eventID ?? createHash('sha256').update(JSON.stringify(record)).digest('hex');
  const Key = `${consumer}/${id}.json`;
  await s3.send(
    new PutObjectCommand({
      Bucket,
      Key,
      Body: JSON.stringify({ consumer, reason, record }),
      ContentType: 'application/json',
    }),
  );
  return Key;
}
