import type { S3Event } from 'aws-lambda';
import { cdnLog } from '#gateways/cdn-logs.ts';
import { log } from '#runtime/log.ts';
import { applyCdnLog } from './read-cdn-logs.ts';

/** Corrects budgets by each log that the CDN writes. A log that could not be read fails the call, which comes again. */
export const handler = async ({ Records: records }: S3Event): Promise<void> => {
  for (const { s3 } of records) {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
    const text = await cdnLog(s3.bucket.name, key);
    log.info('cdn-log', { key, ...(await applyCdnLog(`${s3.bucket.name}/${key}`, text, Date.now())) });
  }
};
