import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeDomainCommand, OpenSearchClient } from '@aws-sdk/client-opensearch';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { transport } from '#aws/transport.ts';
import { ENV } from '#contract/environment.ts';
import { getHealth, getReadiness, PARTS } from '#contract/health.ts';
import { setEnvironment } from '#test/support/aws.ts';
import { call } from '#test/support/call.ts';
import { handler } from '../../functions/api/health/health.lambda.ts';
import { inspect } from '../../functions/api/health/inspect.ts';

setEnvironment();
const dynamodb = mockClient(DynamoDBClient);
const sqs = mockClient(SQSClient);
const s3 = mockClient(S3Client);
const domains = mockClient(OpenSearchClient);
const engine = vi.spyOn(transport, 'send');

beforeEach(() => {
  for (const stub of [dynamodb, sqs, s3, domains]) stub.reset();
  setEnvironment();
  dynamodb.on(DescribeTableCommand).resolves({ Table: { TableStatus: 'ACTIVE' } });
  domains.on(DescribeDomainCommand).resolves({ DomainStatus: { Created: true } as never });
  sqs.onAnyCommand().resolves({});
  s3.onAnyCommand().resolves({});
  engine.mockReset();
  engine.mockImplementation(async () => Response.json({ hits: { hits: [] } }));
});

interface Readiness {
  readonly status: string;
  readonly parts: {
    readonly name: string;
    readonly status: string;
    readonly latencyMs: number;
    readonly detail: string | null;
  }[];
}

const ready = async () => {
  const reply = await call(handler, getReadiness, {}, { roles: ['admin'] });
  expect(reply.status).toBe(200);
  expect(getReadiness.output.safeParse(reply.body)).toMatchObject({ success: true });
  const { status, parts } = reply.body as unknown as Readiness;
  return { status, parts, failed: parts.filter((part) => part.status === 'failed').map(({ name }) => name) };
};

describe('GET /health', () => {
  it('says that it lives, and which version it is, without a token and without asking anybody', async () => {
    process.env[ENV.version] = '1.2.3';
    const { status, body } = await call(handler, getHealth, {}, { authorized: false });
    expect({ status, body }).toEqual({ status: 200, body: { status: 'ok', version: '1.2.3' } });
    expect([dynamodb, sqs, s3, domains].map((stub) => stub.calls().length)).toEqual([0, 0, 0, 0]);
  });
});

describe('GET /health/ready', () => {
  it('is for admins', async () => {
    expect(await call(handler, getReadiness, {})).toMatchObject({ status: 403, body: { code: 'caller.forbidden' } });
    expect(dynamodb.calls()).toEqual([]);
  });

  it('names every part with its latency', async () => {
    const { status, parts } = await ready();
    expect(status).toBe('ok');
    expect(parts.map(({ name }) => name)).toEqual(PARTS);
    for (const part of parts) expect(part).toMatchObject({ status: 'ok', detail: null, latencyMs: expect.any(Number) });
  });

  it.each([
    ['the table is gone', ['table'], () => dynamodb.on(DescribeTableCommand).rejects(new Error('gone'))],
    [
      'the table is being deleted',
      ['table'],
      () => dynamodb.on(DescribeTableCommand).resolves({ Table: { TableStatus: 'DELETING' } }),
    ],
    ['the queue is gone', ['stragglers'], () => sqs.onAnyCommand().rejects(new Error('gone'))],
    [
      'one bucket is gone',
      ['clean'],
      () => s3.on(HeadBucketCommand, { Bucket: process.env[ENV.cleanBucket]! }).rejects(new Error('gone')),
    ],
    ['both buckets are gone', ['quarantine', 'clean'], () => s3.on(HeadBucketCommand).rejects(new Error('gone'))],
    [
      'the domain is being deleted',
      ['search'],
      () => domains.on(DescribeDomainCommand).resolves({ DomainStatus: { Created: true, Deleted: true } as never }),
    ],
    ['the engine does not answer', ['search'], () => engine.mockRejectedValue(new TypeError('fetch failed'))],
  ] as const)('says degraded and which part when %s', async (_, names, breaks) => {
    breaks();
    const { status, failed } = await ready();
    expect({ status, failed }).toEqual({ status: 'degraded', failed: names });
  });

  it('tells the kind of an error and keeps its text for the log', async () => {
    const denied = Object.assign(new Error('arn:aws:iam::123456789012:role/secret may not'), { name: 'AccessDenied' });
    sqs.onAnyCommand().rejects(denied);
    const { parts } = await ready();
    expect(parts.find(({ name }) => name === 'stragglers')?.detail).toBe('AccessDenied');
    expect(JSON.stringify(parts)).not.toContain('123456789012');
  });

  it('leaves out search where a stage has none', async () => {
    delete process.env[ENV.searchDomain];
    delete process.env[ENV.searchEndpoint];
    const { status, parts } = await ready();
    expect(status).toBe('ok');
    expect(parts.map(({ name }) => name)).not.toContain('search');
  });

  it('gives each part its own patience: one that hangs holds up no other, and nothing is thrown', async () => {
    const hangs = () => new Promise<never>(() => undefined);
    const { status, parts } = await inspect(
      [
        ['table', hangs],
        ['clean', async () => undefined],
      ],
      20,
    );
    expect({ status, parts }).toMatchObject({
      status: 'degraded',
      parts: [
        { name: 'table', status: 'failed', detail: 'TimeoutError' },
        { name: 'clean', status: 'ok' },
      ],
    });
  });

  it('tells the part that its time is up', async () => {
    let told = false;
    const listens = (signal: AbortSignal) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener('abort', () => {
          told = true;
          reject(signal.reason);
        }),
      );
    await inspect([['search', listens]], 20);
    expect(told).toBe(true);
  });
});
