/** Programs in a layer, as the AWS Lambda Developer Guide describes it ("Layer paths for each Lambda runtime": `bin` is in PATH). */
import { crc32 } from 'node:zlib';
import { S3 } from '@aws-sdk/client-s3';
import { SQS } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { deploy, functionNamed, PROBE, printed, uniqueName, useProbe } from './probe.ts';

const s3 = new S3({ ...PROBE, forcePathStyle: true });
const sqs = new SQS(PROBE);

useProbe();

/** A zip of one file, stored as it is (APPNOTE 4.3, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT). */
function zipOf(name: string, content: string, mode: number): Buffer {
  const [path, data] = [Buffer.from(name), Buffer.from(content)];
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(33, 8);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(path.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, path, data]);
  const attributes = Buffer.alloc(14);
  attributes.writeUInt32LE((0o100000 | mode) * 65_536, 6);
  // Made by Unix, or the mode is not read.
  const directory = Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, attributes, path]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, directory, Buffer.from('PK\x05\x06'), end]);
}

it('can be run by name', async () => {
  const [Bucket, name] = [uniqueName('layers'), uniqueName('runner')];
  await s3.createBucket({ Bucket });
  await s3.putObject({ Bucket, Key: 'layer.zip', Body: zipOf('bin/greet', '#!/bin/sh\necho "good $1"\n', 0o755) });
  const { Function: made, ...others } = functionNamed(
    name,
    `exports.handler = async () => {
      const { execFileSync } = require('node:child_process');
      console.log(JSON.stringify({ said: execFileSync('greet', ['morning']).toString() }));
    };`,
  );
  const { Queue } = await deploy(
    {
      Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 60 } },
      Layer: {
        Type: 'AWS::Lambda::LayerVersion',
        Properties: { LayerName: uniqueName('greet'), Content: { S3Bucket: Bucket, S3Key: 'layer.zip' } },
      },
      ...others,
      Function: { ...made!, Properties: { ...made!.Properties, Layers: [{ Ref: 'Layer' }] } },
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
  await sqs.sendMessage({ QueueUrl: Queue, MessageBody: 'now' });
  await expect.poll(() => printed(name), { timeout: 30_000 }).toEqual([{ said: 'good morning\n' }]);
});
