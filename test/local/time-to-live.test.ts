/** Time to live as the DynamoDB Developer Guide describes it ("DynamoDB Streams and Time to Live"). */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { deploy, functionNamed, PROBE, printed, uniqueName, useProbe } from './probe.ts';

const dynamo = new DynamoDB(PROBE);

const DAY = 86_400;

useProbe();

describe('time to live', () => {
  it('puts a deletion on the stream as its own act, and leaves what expired more than five years ago', async () => {
    const TableName = uniqueName('table');
    const reader = uniqueName('reader');
    await deploy({
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        },
      },
      ...functionNamed(
        reader,
        `exports.handler = async ({ Records }) => {
          for (const { eventName, userIdentity, dynamodb } of Records) {
            if (eventName === 'REMOVE') console.log(JSON.stringify({ id: dynamodb.OldImage.id.S, userIdentity }));
          }
        };`,
      ),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'Function' },
          EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
          StartingPosition: 'TRIM_HORIZON',
        },
      },
    });
    const put = (id: string, expiresAt: number) =>
      dynamo.putItem({ TableName, Item: { id: { S: id }, expiresAt: { N: String(expiresAt) } } });
    const now = Math.floor(Date.now() / 1000);
    await put('ancient', now - 6 * 365 * DAY);
    await put('lasting', now + DAY);
    await put('expired', now - 60);
    await expect
      .poll(() => printed(reader), { timeout: 40_000, interval: 100 })
      .toEqual([{ id: 'expired', userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }]);
    const { Items = [] } = await dynamo.scan({ TableName });
    expect(Items.map(({ id }) => id?.S).sort()).toEqual(['ancient', 'lasting']);
  });
});
