import './engine.ts';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { useTable } from '#test/support/table.ts';
import { handler } from '../../functions/stream/index-search.lambda.ts';
import { aConversationId, batchOf, brokenRecord, messageItem, recordOf, resumedAt } from '../stream/records.ts';
import { aTenantId, held } from './engine.ts';

useTable();

const s3 = new S3Client({});
const Bucket = `parking-${crypto.randomUUID()}`;
const [tenantId, conversationId] = [aTenantId(), aConversationId()];
const record = (seq: number) => recordOf(messageItem({ tenantId, conversationId, seq }));
const indexed = (seqs: readonly number[]) => Promise.all(seqs.map((seq) => held({ tenantId, conversationId, seq })));

beforeAll(() => s3.send(new CreateBucketCommand({ Bucket })));

it('parks a poison record with its payload, once however often it comes, and indexes the others', async () => {
  process.env[ENV.parkingBucket] = Bucket;
  const broken = brokenRecord();
  const batch = batchOf([record(1), broken, record(2)]);
  expect(await handler(batch)).toEqual({ batchItemFailures: [] });
  expect(await handler(batch)).toEqual({ batchItemFailures: [] });
  expect(await indexed([1, 2])).toMatchObject([{ seq: 1 }, { seq: 2 }]);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents.map(({ Key }) => Key)).toEqual([`index-search/${broken.eventID}.json`]);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: Contents[0]!.Key }));
  expect(JSON.parse(await Body!.transformToString())).toMatchObject({ consumer: 'index-search', record: broken });
});

it('comes back to a poison record while the bucket cannot be reached', async () => {
  process.env[ENV.parkingBucket] = `parking-${crypto.randomUUID()}`;
  const broken = brokenRecord();
  expect(await handler(batchOf([record(3), broken, record(4)]))).toEqual(resumedAt(broken));
  expect(await indexed([3])).toMatchObject([{ seq: 3 }]);
});
