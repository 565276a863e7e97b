/** Stream mappings as the AWS Lambda Developer Guide describes them ("Process Amazon DynamoDB records with Lambda"). */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { S3 } from '@aws-sdk/client-s3';
import { SQS } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { deploy, functionNamed, PROBE, printed, type Resource, uniqueName, useProbe } from './probe.ts';

const dynamo = new DynamoDB(PROBE);
const s3 = new S3(PROBE);
const sqs = new SQS(PROBE);

const PATIENT = { timeout: 40_000, interval: 100 };

/** Prints the sort keys of each batch as one word; fails a batch with the key `x` in the way that `failing` says. */
const reader = (failing: string) => `exports.handler = async ({ Records }) => {
  const keys = Records.map((record) => record.dynamodb.Keys.s.S);
  console.log(JSON.stringify({ batch: keys.join('') }));
  const poison = Records.find((record) => record.dynamodb.Keys.s.S === 'x');
  ${failing}
};`;
const THROWING = reader(`if (poison) throw new Error('poisoned');`);
const REPORTING = reader(
  'return { batchItemFailures: poison ? [{ itemIdentifier: poison.dynamodb.SequenceNumber }] : [] };',
);

const table = (name: string): Resource => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['p', 's'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'p', KeyType: 'HASH' },
      { AttributeName: 's', KeyType: 'RANGE' },
    ],
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  },
});

const mapping = (properties: Record<string, unknown>, functionKey = 'Function'): Resource => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    FunctionName: { Ref: functionKey },
    EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
    StartingPosition: 'TRIM_HORIZON',
    ...properties,
  },
});

/** Deploys a table and a reader of its stream. A window with the batch's size makes the five records one batch. */
async function readStream(source: string, properties: Record<string, unknown>, more: Record<string, Resource> = {}) {
  const names = { table: uniqueName('table'), reader: uniqueName('reader') };
  const outputs = await deploy(
    {
      Table: table(names.table),
      ...functionNamed(names.reader, source),
      Mapping: mapping({ BatchSize: 5, MaximumBatchingWindowInSeconds: 5, ...properties }),
      ...more,
    },
    Object.fromEntries(Object.keys(more).map((key) => [key, { Ref: key }])),
  );
  const put = async (keys: string) => {
    for (const key of keys) await dynamo.putItem({ TableName: names.table, Item: { p: { S: 'p' }, s: { S: key } } });
  };
  const batches = async () => (await printed<{ batch: string }>(names.reader)).map(({ batch }) => batch);
  return { outputs, put, batches };
}

const onFailure = (key: string) => ({ OnFailure: { Destination: { 'Fn::GetAtt': [key, 'Arn'] } } });

useProbe();

describe('a stream mapping', () => {
  it('delivers again from the reported record on, gives up after the retries, and tells the queue', async () => {
    const { outputs, put, batches } = await readStream(
      REPORTING,
      {
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRetryAttempts: 2,
        DestinationConfig: onFailure('Queue'),
      },
      { Queue: { Type: 'AWS::SQS::Queue', Properties: {} } },
    );
    await put('abxcd');
    await expect.poll(batches, PATIENT).toEqual(['abxcd', 'xcd', 'xcd']);
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl: outputs.Queue, WaitTimeSeconds: 20 });
    expect(JSON.parse(Messages[0]?.Body ?? '{}')).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted' },
      DDBStreamBatchInfo: { batchSize: 3 },
    });
    await put('efghi');
    await expect.poll(batches, PATIENT).toEqual(['abxcd', 'xcd', 'xcd', 'efghi']);
  });

  it('bisects a failing batch without using up retries, and stores the given-up record whole in the bucket', async () => {
    const { outputs, put, batches } = await readStream(
      THROWING,
      { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1, DestinationConfig: onFailure('Bucket') },
      { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: uniqueName('bucket') } } },
    );
    await put('abxcd');
    await expect.poll(batches, PATIENT).toEqual(['abxcd', 'ab', 'xcd', 'x', 'x', 'cd']);
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: outputs.Bucket });
    expect(Contents.map(({ Key }) => Key)).toEqual([expect.stringMatching(/^aws\/lambda\/[0-9a-f-]{36}\/shardId-/)]);
    const { Body } = await s3.getObject({ Bucket: outputs.Bucket, Key: Contents[0]?.Key });
    const record = JSON.parse((await Body?.transformToString()) ?? '{}');
    expect(record).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
    expect(JSON.parse(record.payload).Records[0].dynamodb.NewImage).toEqual({ p: { S: 'p' }, s: { S: 'x' } });
  });

  it('gives up records that are too old, and only those', async () => {
    // AWS takes 60 s at least; the emulator takes less, which spares this test a minute.
    const { outputs, put, batches } = await readStream(
      THROWING,
      {
        BatchSize: 2,
        MaximumBatchingWindowInSeconds: 0,
        MaximumRecordAgeInSeconds: 2,
        DestinationConfig: onFailure('Queue'),
      },
      { Queue: { Type: 'AWS::SQS::Queue', Properties: {} } },
    );
    await put('x');
    await expect.poll(async () => (await batches()).length, PATIENT).toBeGreaterThan(0);
    await put('a');
    await expect.poll(async () => (await batches()).at(-1), PATIENT).toBe('a');
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl: outputs.Queue, WaitTimeSeconds: 20 });
    expect(JSON.parse(Messages[0]?.Body ?? '{}')).toMatchObject({
      requestContext: { condition: 'MaxRecordAgeExceeded' },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
  });

  it('gathers records for the length of its window', async () => {
    const { put, batches } = await readStream(THROWING, { BatchSize: 100, MaximumBatchingWindowInSeconds: 2 });
    await put('abc');
    await expect.poll(async () => (await batches()).length, PATIENT).toBeGreaterThan(0);
    expect(await batches()).toEqual(['abc']);
  });

  it('fails the whole batch when the reported identifier names no record', async () => {
    const { put, batches } = await readStream(
      reader(`return { batchItemFailures: [{ itemIdentifier: 'nothing' }] };`),
      { FunctionResponseTypes: ['ReportBatchItemFailures'], MaximumRetryAttempts: 1 },
    );
    await put('abcde');
    await expect.poll(batches, PATIENT).toEqual(['abcde', 'abcde']);
  });

  it('is not held up by a slow reader of the same stream', async () => {
    const slow = uniqueName('slow');
    const { put, batches } = await readStream(
      THROWING,
      { BatchSize: 1, MaximumBatchingWindowInSeconds: 0 },
      {
        ...functionNamed(
          slow,
          `exports.handler = async () => { console.log('{"late":true}'); await new Promise((end) => setTimeout(end, 8000)); };`,
          'Slow',
        ),
        SlowMapping: mapping({ BatchSize: 1 }, 'Slow'),
      },
    );
    await put('a');
    await expect.poll(batches, PATIENT).toEqual(['a']);
    await put('b');
    await expect.poll(batches, PATIENT).toEqual(['a', 'b']);
    // An invocation's lines appear when it ends: the slow reader is still at its first record.
    expect(await printed(slow)).toEqual([]);
  });
});
