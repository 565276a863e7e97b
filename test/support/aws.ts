import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { OpenSearchClient } from '@aws-sdk/client-opensearch';
import { S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { vi } from 'vitest';
import { transport } from '#aws/transport.ts';
import { ENV } from '#contract/environment.ts';
import { stubbedSend, stubService } from '#test/support/aws-stub.ts';

/** What the stubs of all clients have in common. */
interface Stub {
  reset(): unknown;
  onAnyCommand(): { resolves(output: object): unknown };
  calls(): { args: object[] }[];
}

/** Sets every variable a function may read, and credentials that are worth nothing. */
export function setEnvironment(): void {
  for (const name of Object.values(ENV)) process.env[name] = `test-${name.toLowerCase().replaceAll('_', '-')}`;
  process.env[ENV.socketsEndpoint] = 'https://sockets.test/chat';
  process.env[ENV.socketsUrl] = 'wss://sockets.test/chat';
  process.env[ENV.searchEndpoint] = 'https://search.test';
  process.env[ENV.stragglersUrl] = 'https://sqs.test/000000000000/stragglers.fifo';
  // Media are downloaded from S3.
  delete process.env[ENV.mediaCdn];
  process.env['AWS_REGION'] = 'eu-central-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
}

/**
 * Stands in for all of AWS: each SDK client answers `{}`, the signing secret can be read, and `fetch` finds nothing in
 * any search index. Nothing leaves the process.
 */
export function mockAws() {
  const documents = stubService('dynamodb');
  const secrets = stubService('secretsmanager');
  const others: Stub[] = [
    mockClient(DynamoDBClient),
    mockClient(S3Client),
    stubService('sqs'),
    mockClient(SQSClient),
    mockClient(EventBridgeClient),
    mockClient(OpenSearchClient),
    stubService('execute-api'),
  ];
  const engine = vi.fn<typeof transport.send>();
  vi.spyOn(transport, 'send').mockImplementation(stubbedSend((url, request) => engine(url, request)));
  const reset = (): void => {
    for (const stub of [documents as Stub, ...others]) {
      stub.reset();
      stub.onAnyCommand().resolves({});
    }
    secrets.reset();
    secrets.on(GetSecretValueCommand).resolves({ SecretString: 'a secret of the test, long enough to sign with' });
    engine.mockReset();
    engine.mockImplementation(async () =>
      Response.json({
        hits: { total: { value: 0, relation: 'eq' }, hits: [] },
        aggregations: { by: { buckets: [] } },
      }),
    );
  };
  reset();
  return {
    documents,
    /** What answers requests to no service that is stubbed: the search engine. */
    engine,
    reset,
    /** Names of the calls that went out, in order of client. */
    calls: (): string[] => [
      ...[documents as Stub, secrets as Stub, ...others].flatMap((stub) =>
        stub.calls().map((made) => made.args[0]!.constructor.name.replace(/Command$/, '')),
      ),
      ...engine.mock.calls.map(([url]) => `fetch ${String(url)}`),
    ],
  };
}
