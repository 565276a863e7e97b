import { randomBytes, randomUUID } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ENV } from '#contract/environment.ts';
import { TABLE } from '#table/schema.ts';
import type { Meter } from './meter.ts';
import { Recorder } from './trace.ts';

/** Functions in this process, with a table, a queue and a secret of their own on the emulator, all calls written down. */
export interface World {
  readonly recorder: Recorder;
  readonly meter: Meter;
  /** Reads the table past recorder and meter. */
  readonly probe: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly close: () => Promise<void>;
}

const string = (name: string) => ({ AttributeName: name, AttributeType: 'S' as const });
const keys = ({ partitionKey, sortKey }: { partitionKey: string; sortKey: string }) => [
  { AttributeName: partitionKey, KeyType: 'HASH' as const },
  { AttributeName: sortKey, KeyType: 'RANGE' as const },
];

async function createTable(client: DynamoDBClient, TableName: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [TABLE.partitionKey, TABLE.sortKey, TABLE.byUser.partitionKey, TABLE.byUser.sortKey].map(
        string,
      ),
      KeySchema: keys(TABLE),
      GlobalSecondaryIndexes: [
        {
          IndexName: TABLE.byUser.name,
          KeySchema: keys(TABLE.byUser),
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...TABLE.byUser.projected] },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.5 }, { TableName });
}

/** The functions' own lines stay out of the table; what failed is shown. */
export function hush(): void {
  const write = process.stdout.write.bind(process.stdout) as (...args: unknown[]) => boolean;
  process.stdout.write = ((chunk: unknown, ...rest: unknown[]) =>
    typeof chunk === 'string' && /^\{"level":"(info|warn)"/.test(chunk) ? true : write(chunk, ...rest)) as typeof write;
}

/** Sets the environment that functions find, and only then loads what makes SDK clients. */
export async function openWorld(endpoint: string, region: string): Promise<World> {
  const recorder = await new Recorder(endpoint).open();
  const direct = { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const dynamo = new DynamoDBClient(direct);
  const queues = new SQSClient(direct);
  const tableName = `parley-bench-${randomUUID()}`;
  await createTable(dynamo, tableName);
  const { QueueUrl = '' } = await queues.send(
    new CreateQueueCommand({ QueueName: `${tableName}.fifo`, Attributes: { FifoQueue: 'true' } }),
  );
  const { ARN = '' } = await new SecretsManagerClient(direct).send(
    new CreateSecretCommand({ Name: tableName, SecretString: randomBytes(32).toString('base64url') }),
  );
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
    delete process.env[name];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: recorder.url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    [ENV.table]: tableName,
    [ENV.stragglersUrl]: QueueUrl.replace(/^https?:\/\/[^/]+/, recorder.url),
    [ENV.signingKey]: ARN,
    [ENV.socketsEndpoint]: recorder.socketsUrl,
    [ENV.socketsUrl]: recorder.socketsUrl.replace(/^http/, 'ws'),
  });
  const { Meter } = await import('./meter.ts');
  const probe = DynamoDBDocumentClient.from(dynamo);
  return {
    recorder,
    meter: new Meter(probe, [TABLE.byUser]).watchFunctions(),
    probe,
    tableName,
    close: async () => {
      await Promise.all([
        dynamo.send(new DeleteTableCommand({ TableName: tableName })),
        queues.send(new DeleteQueueCommand({ QueueUrl })),
      ]);
      recorder.close();
    },
  };
}
