import { S3Client } from '@aws-sdk/client-s3';
import { ENV } from '#contract/environment.ts';

/** The store of media, for what works on uploads and renditions. */
export const s3 = new S3Client({
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 20_000 },
});

/** The same, for what S3 itself takes minutes to do: it answers when gigabytes are copied. */
export const patientS3 = new S3Client({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 240_000 },
});

/** The bucket where uploads wait, or that of what is served. Raises an error where the function was deployed without it. */
export const mediaBucket = (key: 'quarantineBucket' | 'cleanBucket'): string => {
  const name = process.env[ENV[key]];
  if (!name) throw new Error(`${ENV[key]} is not set: the function was deployed without its bucket`);
  return name;
};
