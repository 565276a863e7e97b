import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ENV } from '#contract/environment.ts';

/**
 * The one DynamoDB client of a function. Retries of throttles and lost replies are the SDK's; every write of ours is
 * conditional or idempotent, so a retry of a write that had been applied is recognised.
 */
export const documents = DynamoDBDocumentClient.from(
  new DynamoDBClient({ maxAttempts: 5, requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 } }),
  { marshallOptions: { removeUndefinedValues: true } },
);

/** The table's name, from the environment. Read when asked, so that a test can set it. */
export const tableName = (): string => {
  const name = process.env[ENV.table];
  if (!name) throw new Error(`${ENV.table} is not set: the function was deployed without its table`);
  return name;
};
