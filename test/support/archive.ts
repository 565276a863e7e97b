import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { beforeAll } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { documents } from '#functions/aws/documents.ts';
import { transport } from '#functions/aws/transport.ts';
import { emulatorEndpoint } from './aws-env.ts';

const s3 = new S3Client({ endpoint: emulatorEndpoint() });
const Bucket = `archive-${randomUUID()}`;

/** Gives the test file an archive bucket of its own on the emulator, with versions as the stack makes it. */
export function useArchive(): void {
  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    process.env[ENV.archiveBucket] = Bucket;
  });
}

/** Keys of the objects of a conversation, in order. */
export async function objectsOf(tenantId: string, conversationId: string): Promise<string[]> {
  const Prefix = `archive/${tenantId}/${conversationId}/`;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  return Contents.map(({ Key }) => String(Key)).sort();
}

/** Writes over a part's object one that looks like it, with a message 2 that nobody sent. */
export const spoil = async (Key: string): Promise<void> => {
  const message = { u: 'ada', b: { type: 'text', text: 'forged' }, a: Date.now(), v: 1 };
  const Body = gzipSync(`${JSON.stringify({ seq: 2, message })}\n`);
  await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
};

class Died extends Error {}

const WRITES = ['put', 'update', 'delete'] as const;

/**
 * Runs something until its `steps`-th write or S3 call, which is not made: as if the function had died there. True when it
 * came to its end.
 */
export async function dyingAfter(steps: number, run: () => Promise<unknown>): Promise<boolean> {
  let left = steps;
  const kept = { ...documents, send: transport.send };
  const live = () => {
    if (left-- <= 0) throw new Died();
  };
  for (const name of WRITES)
    documents[name] = (async (input: never) => {
      live();
      return kept[name](input);
    }) as never;
  transport.send = async (url, request) => {
    if (url.pathname.startsWith(`/${Bucket}/`)) live();
    return kept.send(url, request);
  };
  try {
    await run();
    return true;
  } catch (error) {
    if (left < 0) return false;
    throw error;
  } finally {
    for (const name of WRITES) documents[name] = kept[name] as never;
    transport.send = kept.send;
  }
}

/** Runs something while every object that is read back has other bytes than were written. */
export async function misreading(run: () => Promise<unknown>): Promise<void> {
  const { send } = transport;
  transport.send = async (url, request) => {
    const answer = await send(url, request);
    if (!url.pathname.startsWith(`/${Bucket}/`) || request.method !== 'GET') return answer;
    return { ...answer, bytes: async () => Buffer.from('something else') };
  };
  try {
    await run();
  } finally {
    transport.send = send;
  }
}
