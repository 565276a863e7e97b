import './engine.ts';
import { CreateDomainCommand, OpenSearchClient } from '@aws-sdk/client-opensearch';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { PARTS } from '#contract/health.ts';
import { deployedParts, VITALS } from '#gateways/vitals.ts';
import { useTable } from '#test/support/table.ts';
import { inspect } from '../../functions/api/health/inspect.ts';

useTable();
const id = crypto.randomUUID().slice(0, 8);

beforeAll(async () => {
  const s3 = new S3Client({});
  for (const [key, Bucket] of [
    [ENV.quarantineBucket, `quarantine-${id}`],
    [ENV.cleanBucket, `clean-${id}`],
  ] as const) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    process.env[key] = Bucket;
  }
  const { QueueUrl } = await new SQSClient({}).send(
    new CreateQueueCommand({ QueueName: `q-${id}.fifo`, Attributes: { FifoQueue: 'true' } }),
  );
  process.env[ENV.stragglersUrl] = QueueUrl;
  await new OpenSearchClient({}).send(new CreateDomainCommand({ DomainName: `search-${id}` }));
  process.env[ENV.searchDomain] = `search-${id}`;
});

const asked = () => inspect(deployedParts().map((part) => [part, VITALS[part]] as const));

it('asks the real table, queue, buckets, search domain and engine', async () => {
  const { status, parts } = await asked();
  expect(parts.map(({ name, status: each, detail }) => ({ name, each, detail }))).toEqual(
    PARTS.map((name) => ({ name, each: 'ok', detail: null })),
  );
  expect(status).toBe('ok');
});

it('finds a queue, a bucket and a domain that are not there', async () => {
  process.env[ENV.stragglersUrl] += 'x';
  process.env[ENV.cleanBucket] += 'x';
  process.env[ENV.searchDomain] += 'x';
  const { status, parts } = await asked();
  expect(parts.filter((part) => part.status === 'failed').map(({ name }) => name)).toEqual([
    'stragglers',
    'search',
    'clean',
  ]);
  expect(status).toBe('degraded');
});
