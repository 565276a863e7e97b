import './engine.ts';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import { ENV } from '#contract/environment.ts';
import { handler as redriveSearch } from '#functions/jobs/redrive-search.lambda.ts';
import { park } from '#gateways/parking.ts';
import type { Item } from '#table/entity.ts';
import { tableName } from '#table/table-name.ts';
import { useTable } from '#test/support/table.ts';
import { aConversationId, brokenRecord, messageItem, recordOf } from '../stream/records.ts';
import { aTenantId, held } from './engine.ts';

useTable();

const s3 = new S3Client({});
let Bucket: string;
beforeAll(async () => {
  Bucket = `parking-${crypto.randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  process.env[ENV.parkingBucket] = Bucket;
});

const left = async () =>
  ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key).sort();
const put = (item: Item) => documents.put({ TableName: tableName(), Item: item });

let place: { tenantId: string; conversationId: string; seq: number };
beforeEach(() => {
  place = { tenantId: aTenantId(), conversationId: aConversationId(), seq: 1 };
});

it('writes what the table holds now, not what was parked, and takes it out of the bucket', async () => {
  await park('index-search', recordOf(messageItem(place)), 'a bug');
  await put(messageItem(place, { b: { type: 'deleted' }, e: 9, v: 2, i: 1 }));
  await redriveSearch();
  expect(await held(place)).toMatchObject({ version: 2, kind: 'gone' });
  expect(await left()).toEqual([]);
});

it('writes that a thing is gone when the table has it no more', async () => {
  await park('index-search', recordOf(messageItem(place)), 'a bug');
  await redriveSearch();
  expect(await held(place)).toMatchObject({ version: Number.MAX_SAFE_INTEGER, kind: 'gone' });
});

it('takes up whole batches that Lambda gave up, of this reader alone', async () => {
  const given = (functionName: string) => ({
    requestContext: { functionArn: `arn:aws:lambda:us-east-1:1:function:${functionName}` },
    payload: JSON.stringify({
      Records: [1, 2].map((seq) => recordOf(messageItem({ ...place, seq }))),
    }),
  });
  const names = ['parley-dev-index-search', 'parley-dev-publish-events'];
  for (const name of names)
    await s3.send(new PutObjectCommand({ Bucket, Key: `aws/lambda/${name}/one`, Body: JSON.stringify(given(name)) }));
  await put(messageItem(place));
  await put(messageItem({ ...place, seq: 2 }));
  await redriveSearch();
  expect(await held(place)).toMatchObject({ version: 1, kind: 'message', seq: 1 });
  expect(await held({ ...place, seq: 2 })).toMatchObject({ version: 1, kind: 'message', seq: 2 });
  expect(await left()).toEqual(['aws/lambda/parley-dev-publish-events/one']);
});

it('leaves what still cannot be read, and does the others', async () => {
  await park('index-search', brokenRecord(), 'no notation');
  await park('index-search', recordOf(messageItem(place)), 'a bug');
  await put({ ...messageItem(place), b: { type: 'poll' } });
  const other = { ...place, seq: 2 };
  await park('index-search', recordOf(messageItem(other)), 'a bug');
  await put(messageItem(other));
  await redriveSearch();
  expect(await held(other)).toMatchObject({ kind: 'message' });
  expect((await left()).filter((key) => key?.startsWith('index-search/'))).toHaveLength(2);
});
