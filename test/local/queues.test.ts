/** SQS mappings as the AWS Lambda Developer Guide describes them ("Handling errors for an SQS event source"). */
import { SQS } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { accessKeyOf, deploy, functionNamed, PROBE, printed, uniqueName, useProbe } from './probe.ts';

const sqs = new SQS(PROBE);

useProbe();

describe('a queue mapping', () => {
  it('delivers the whole batch again when the reported identifier names no message', async () => {
    const name = uniqueName('worker');
    const { Queue } = await deploy(
      {
        Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 1 } },
        ...functionNamed(
          name,
          `exports.handler = async ({ Records }) => {
            const [{ attributes }] = Records;
            console.log(JSON.stringify({ received: attributes.ApproximateReceiveCount }));
            const unknown = [{ itemIdentifier: 'nothing' }];
            return { batchItemFailures: attributes.ApproximateReceiveCount === '1' ? unknown : [] };
          };`,
          'Function',
          1,
        ),
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            FunctionName: { Ref: 'Function' },
            EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
            FunctionResponseTypes: ['ReportBatchItemFailures'],
          },
        },
      },
      { Queue: { Ref: 'Queue' } },
    );
    await sqs.sendMessage({ QueueUrl: Queue, MessageBody: 'hello' });
    await expect
      .poll(() => printed<{ received: string }>(name), { timeout: 20_000, interval: 100 })
      .toEqual([{ received: '1' }, { received: '2' }]);
  });
});

describe('a queue mapping with a batching window', () => {
  it('gathers what comes within it into one invocation, beyond ten messages', async () => {
    const name = uniqueName('gatherer');
    const { Queue } = await deploy(
      {
        Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
        ...functionNamed(
          name,
          'exports.handler = async ({ Records }) => console.log(JSON.stringify({ size: Records.length }));',
        ),
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            FunctionName: { Ref: 'Function' },
            EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
            BatchSize: 100,
            MaximumBatchingWindowInSeconds: 3,
          },
        },
      },
      { Queue: { Ref: 'Queue' } },
    );
    for (const part of [1, 2, 3]) {
      const Entries = Array.from({ length: 8 }, (_, index) => ({ Id: `${index}`, MessageBody: `${part} ${index}` }));
      await sqs.sendMessageBatch({ QueueUrl: Queue, Entries });
    }
    await expect
      .poll(() => printed<{ size: number }>(name), { timeout: 20_000, interval: 100 })
      .toEqual([{ size: 24 }]);
  });
});

describe('a policy for sending to a queue', () => {
  it('covers sending in batches', async () => {
    const UserName = uniqueName('sender');
    const { Queue } = await deploy(
      {
        Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
        User: {
          Type: 'AWS::IAM::User',
          Properties: {
            UserName,
            Policies: [
              {
                PolicyName: 'send',
                PolicyDocument: {
                  Version: '2012-10-17',
                  Statement: [
                    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
                  ],
                },
              },
            ],
          },
        },
      },
      { Queue: { Ref: 'Queue' } },
    );
    const sender = new SQS({ ...PROBE, credentials: await accessKeyOf(UserName) });
    const Entries = [{ Id: '1', MessageBody: 'hello' }];
    await expect(sender.sendMessageBatch({ QueueUrl: Queue, Entries })).resolves.toMatchObject({
      Successful: [{ Id: '1' }],
    });
    await expect(sender.receiveMessage({ QueueUrl: Queue })).rejects.toThrow('is not authorized');
  });
});
