/** An invocation's log as the AWS Lambda Developer Guide describes it: everything that the handler printed. */
import { SQS } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { deploy, functionNamed, PROBE, printed, uniqueName, useProbe } from './probe.ts';

const sqs = new SQS(PROBE);

const BATCHES = 40;
const LINES = 50;

useProbe();

describe('the log of a function', () => {
  it('holds every line of every invocation, of those that fail too, however busy the machine is', async () => {
    const name = uniqueName('talker');
    const { Queue } = await deploy(
      {
        Dead: { Type: 'AWS::SQS::Queue', Properties: {} },
        Queue: {
          Type: 'AWS::SQS::Queue',
          Properties: {
            VisibilityTimeout: 60,
            RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 1 },
          },
        },
        ...functionNamed(
          name,
          `exports.handler = async ({ Records: [{ body }] }) => {
            for (let line = 0; line < ${LINES}; line += 1) {
              console.log(JSON.stringify({ line: body + '.' + line }));
              const until = Date.now() + (line % 10 === 9 ? 8 : 0);
              while (Date.now() < until);
            }
            if (body % 2) throw new Error('after the last line');
          };`,
        ),
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            FunctionName: { Ref: 'Function' },
            EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
            BatchSize: 1,
          },
        },
      },
      { Queue: { Ref: 'Queue' } },
    );
    for (let batch = 0; batch < BATCHES; batch += 1) {
      await sqs.sendMessage({ QueueUrl: Queue, MessageBody: String(batch) });
    }
    const lines = async () => new Set((await printed<{ line: string }>(name)).map(({ line }) => line)).size;
    await expect.poll(lines, { timeout: 50_000, interval: 500 }).toBe(BATCHES * LINES);
  });
});
