import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { beforeAll } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { emulatorEndpoint } from './aws-env.ts';

/** The emulator's S3, and the names of the buckets. */
export const s3 = new S3Client({ endpoint: emulatorEndpoint() });
export const buckets = { clean: `clean-${randomUUID()}`, quarantine: `quarantine-${randomUUID()}` };

/** Gives the test file buckets of its own on the emulator, as the stacks make them. */
export function useMediaBuckets(): void {
  beforeAll(async () => {
    for (const Bucket of Object.values(buckets)) await s3.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: buckets.quarantine, VersioningConfiguration }));
    process.env[ENV.cleanBucket] = buckets.clean;
    process.env[ENV.quarantineBucket] = buckets.quarantine;
  });
}

export const putObject = (bucket: keyof typeof buckets, Key: string, Body = 'bytes'): Promise<unknown> =>
  s3.send(new PutObjectCommand({ Bucket: buckets[bucket], Key, Body }));

/** Keys in the clean bucket, and of every version in quarantine. */
export async function keysUnder(Prefix: string): Promise<{ clean: string[]; quarantine: string[] }> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: buckets.clean, Prefix }));
  const listed = await s3.send(new ListObjectVersionsCommand({ Bucket: buckets.quarantine, Prefix }));
  const named = (list: readonly { Key?: string | undefined }[] = []) => list.map(({ Key }) => String(Key)).sort();
  return { clean: named(Contents), quarantine: named([...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])]) };
}
