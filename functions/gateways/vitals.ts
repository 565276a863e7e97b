import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeDomainCommand, OpenSearchClient } from '@aws-sdk/client-opensearch';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ENV, type EnvironmentKey } from '#contract/environment.ts';
import type { PARTS } from '#contract/health.ts';
import { pingSearch } from './search/find.ts';

export type Part = (typeof PARTS)[number];

/** Asks a part whether it works; raises when it does not. */
export type Check = (signal: AbortSignal) => Promise<void>;

// One try each: whoever asks wants to know how it is now.
const once = { maxAttempts: 1 };
const dynamodb = new DynamoDBClient(once);
const sqs = new SQSClient(once);
const s3 = new S3Client(once);
const opensearch = new OpenSearchClient(once);

const setting = (key: EnvironmentKey): string => {
  const value = process.env[ENV[key]];
  if (!value) throw new Error(`${ENV[key]} is not set`);
  return value;
};

const bucket =
  (key: EnvironmentKey): Check =>
  async (abortSignal) => {
    await s3.send(new HeadBucketCommand({ Bucket: setting(key) }), { abortSignal });
  };

/** How to ask every part the service stands on. */
export const VITALS: Readonly<Record<Part, Check>> = {
  table: async (abortSignal) => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: setting('table') }), { abortSignal });
    const status = Table?.TableStatus;
    if (status !== 'ACTIVE' && status !== 'UPDATING') throw new Error(`the table is ${status}`);
  },
  stragglers: async (abortSignal) => {
    const QueueUrl = setting('stragglersUrl');
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }), { abortSignal });
  },
  /** The domain's own status, and whether it answers a search. */
  search: async (abortSignal) => {
    const DomainName = setting('searchDomain');
    const [{ DomainStatus }] = await Promise.all([
      opensearch.send(new DescribeDomainCommand({ DomainName }), { abortSignal }),
      pingSearch(),
    ]);
    if (!DomainStatus?.Created || DomainStatus.Deleted) throw new Error('the search domain is not there');
  },
  quarantine: bucket('quarantineBucket'),
  clean: bucket('cleanBucket'),
};

/** The parts that this deployment has: search can be left out of a stage. */
export const deployedParts = (): Part[] =>
  (Object.keys(VITALS) as Part[]).filter((part) => part !== 'search' || process.env[ENV.searchDomain]);
