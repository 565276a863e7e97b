/** `dynamodb:LeadingKeys` as the DynamoDB Developer Guide describes it ("Using IAM policy conditions"). */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { accessKeyOf, deploy, PROBE, uniqueName, useProbe } from './probe.ts';

const TableName = uniqueName('table');
const UserName = uniqueName('acme');

const key = (tenant: string) => ({ tenant: { S: tenant } });

let acme: DynamoDB;

useProbe();

beforeAll(async () => {
  await deploy({
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'tenant', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'tenant', KeyType: 'HASH' }],
      },
    },
    User: {
      Type: 'AWS::IAM::User',
      Properties: {
        UserName,
        Policies: [
          {
            PolicyName: 'own-keys-only',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Action: 'dynamodb:*',
                  Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
                  Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['acme'] } },
                },
              ],
            },
          },
        ],
      },
    },
  });
  acme = new DynamoDB({ ...PROBE, credentials: await accessKeyOf(UserName) });
});

const OPERATIONS: Record<string, (tenant: string) => Promise<unknown>> = {
  PutItem: (tenant) => acme.putItem({ TableName, Item: key(tenant) }),
  GetItem: (tenant) => acme.getItem({ TableName, Key: key(tenant) }),
  UpdateItem: (tenant) =>
    acme.updateItem({
      TableName,
      Key: key(tenant),
      UpdateExpression: 'SET #n = :n',
      ExpressionAttributeNames: { '#n': 'n' },
      ExpressionAttributeValues: { ':n': { N: '1' } },
    }),
  Query: (tenant) =>
    acme.query({
      TableName,
      KeyConditionExpression: '#t = :t',
      ExpressionAttributeNames: { '#t': 'tenant' },
      ExpressionAttributeValues: { ':t': { S: tenant } },
    }),
  BatchGetItem: (tenant) => acme.batchGetItem({ RequestItems: { [TableName]: { Keys: [key(tenant)] } } }),
  BatchWriteItem: (tenant) =>
    acme.batchWriteItem({ RequestItems: { [TableName]: [{ PutRequest: { Item: key(tenant) } }] } }),
  TransactWriteItems: (tenant) =>
    acme.transactWriteItems({ TransactItems: [{ Put: { TableName, Item: key(tenant) } }] }),
  TransactGetItems: (tenant) => acme.transactGetItems({ TransactItems: [{ Get: { TableName, Key: key(tenant) } }] }),
  DeleteItem: (tenant) => acme.deleteItem({ TableName, Key: key(tenant) }),
};

describe('a policy that binds a caller to its own partition keys', () => {
  it.each(Object.entries(OPERATIONS))('lets %s through for its own key and no other', async (_name, operation) => {
    await expect(operation('acme')).resolves.toBeDefined();
    await expect(operation('globex')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
