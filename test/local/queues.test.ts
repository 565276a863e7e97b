/** SQS mappings as the AWS Lambda Developer Guide describes them ("Handling errors for an SQS event source"). */
import { SQS } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { deploy, functionNamed, PROBE, printed, uniqueName, useProbe } from './probe.ts';

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
