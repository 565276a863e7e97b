import './aws-env.ts';
import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { TABLE } from '#table/schema.ts';
import { emulatorEndpoint } from './aws-env.ts';
import { watchCounter } from './counted-messages.ts';

const string = (name: string) => ({ AttributeName: name, AttributeType: 'S' as const });
const keys = ({ partitionKey, sortKey }: { partitionKey: string; sortKey: string }) => [
  { AttributeName: partitionKey, KeyType: 'HASH' as const },
  { AttributeName: sortKey, KeyType: 'RANGE' as const },
];

/**
 * Gives the test file a table of its own on the emulator, built from `functions/table/schema.ts`, named in the
 * environment as functions find it, and removed when the file is done.
 */
export function useTable(): void {
  let client: DynamoDBClient | undefined;
  const TableName = `parley-test-${randomUUID()}`;

  let unwatch: () => void = () => undefined;

  beforeAll(async () => {
    unwatch = watchCounter();
    client = new DynamoDBClient({ endpoint: emulatorEndpoint() });
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
        StreamSpecification: { StreamEnabled: true, StreamViewType: TABLE.stream },
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.5 }, { TableName });
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { Enabled: true, AttributeName: TABLE.ttl },
      }),
    );
    process.env[ENV.table] = TableName;
  });

  afterAll(async () => {
    unwatch();
    delete process.env[ENV.table];
    await client?.send(new DeleteTableCommand({ TableName }));
    client?.destroy();
  });
}
