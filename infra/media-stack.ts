import { Aws, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventInvokeConfig, type ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Bucket, type CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { PROCESS_RECORDING, PROCESS_UPLOAD, RECEIVE_UPLOAD, SCAN_UPLOAD } from '#contract/entries.ts';
import type { Entry } from '#contract/entry.ts';
import type { MediaKind } from '#contract/media.ts';
import { SCANNERS, VERDICT_TYPE } from '#contract/verdict.ts';
import { architectureOf } from './config.ts';
import { ffmpegLayer } from './constructs/ffmpeg-layer.ts';
import { MalwareScan } from './constructs/malware-scan.ts';
import { ParleyFunction, type Setting } from './constructs/parley-function.ts';
import { sharpLayer } from './constructs/sharp-layer.ts';
import { bucketName, type DataStack, privateBucket } from './data-stack.ts';
import type { Resources } from './grants.ts';

/**
 * Where uploads arrive and what makes renditions of them (ADR 0021). The bucket's own notification starts the function
 * that binds an upload to its object; the malware scan's verdict, on the default bus, starts the one that works on it.
 */
export class MediaStack extends Stack {
  /** What was there before, and the quarantine. */
  readonly resources: Resources;
  readonly functions: Readonly<Record<string, ParleyFunction>>;
  readonly failedUploads: Queue;
  /** Absent on a laptop, where `scan-upload` stands for it. */
  readonly malwareScan: MalwareScan | undefined;

  constructor(scope: Construct, id: string, setting: Setting, data: DataStack, before: Resources, props?: StackProps) {
    super(scope, id, props);
    const { config } = setting;
    const local = config.stage === 'local';
    // The bucket notifies the function and the function reads the bucket: a name known beforehand unties the knot.
    const name = bucketName(config, 'quarantine');
    const arn = `arn:${Aws.PARTITION}:s3:::${name}`;
    this.resources = {
      ...before,
      quarantineName: name,
      quarantineArn: arn,
      verdictBusArn: `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:event-bus/default`,
    };

    this.failedUploads = new Queue(this, 'FailedUploads', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: !local,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const sharp = sharpLayer(this, 'Sharp', architectureOf(config));
    const receive = this.worker(setting, 'receive-upload', RECEIVE_UPLOAD);
    const process = this.worker(setting, 'process-upload', PROCESS_UPLOAD, [sharp]);
    this.onVerdict(setting, process, ['image', 'file']);
    const ffmpeg = ffmpegLayer(this, 'Ffmpeg', architectureOf(config));
    const record = this.worker(setting, 'process-recording', PROCESS_RECORDING, [sharp, ffmpeg]);
    this.onVerdict(setting, record, ['video', 'audio']);
    const arriving = [receive];
    // GuardDuty scans each object by itself; where there is none, a function of ours does.
    if (local) arriving.push(this.worker(setting, 'scan-upload', SCAN_UPLOAD));
    this.functions = Object.fromEntries([...arriving, process, record].map((made) => [made.node.id, made]));

    const quarantine = new Bucket(this, 'Quarantine', {
      ...privateBucket(config),
      bucketName: name,
      versioned: true,
      // What lies here is on its way or is malware: there is nothing to keep when the stack goes.
      removalPolicy: RemovalPolicy.DESTROY,
      serverAccessLogsBucket: data.accessLogs,
      serverAccessLogsPrefix: 'quarantine/',
      lifecycleRules: [
        {
          // The clean-up removes what was uploaded a day after it came, and malware after 30: this is for what it never saw.
          expiration: Duration.days(32),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      cors: [
        {
          allowedMethods: [HttpMethods.POST, HttpMethods.PUT],
          allowedOrigins: config.allowedOrigins,
          allowedHeaders: ['content-type', 'x-amz-checksum-sha256'],
          exposedHeaders: ['etag', 'x-amz-version-id'],
          maxAge: 3_600,
        },
      ],
    });
    const bucket = quarantine.node.defaultChild as CfnBucket;
    bucket.notificationConfiguration = {
      lambdaConfigurations: arriving.map((made) => ({
        event: 's3:ObjectCreated:*',
        function: made.function.functionArn,
      })),
      // GuardDuty turns it on; said here too, or the next deployment would turn it off.
      ...(local ? {} : { eventBridgeConfiguration: { eventBridgeEnabled: true } }),
    };
    // S3 asks a function when it is told of it: it must exist and allow S3 by then.
    for (const made of arriving)
      bucket.addResourceDependency(made.allow('Invoke', 's3.amazonaws.com', { arn, account: Aws.ACCOUNT_ID }));
    if (!local) this.malwareScan = new MalwareScan(this, 'MalwareScan', quarantine);

    new CfnOutput(this, 'QuarantineBucketName', { value: quarantine.bucketName });
    new CfnOutput(this, 'FailedUploadsUrl', { value: this.failedUploads.queueUrl });
  }

  /** A function that events start without waiting for it; an event it fails three times lies in the queue of failed uploads. */
  private worker(setting: Setting, name: string, entry: Entry, layers: readonly ILayerVersion[] = []): ParleyFunction {
    const { failedUploads, resources } = this;
    const made = new ParleyFunction(this, name, {
      setting,
      name,
      entry,
      resources,
      layers,
      eventSource: [new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failedUploads.queueArn] })],
    });
    new EventInvokeConfig(this, `${name}-retries`, {
      function: made.function,
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: failedUploads.queueArn }) },
    });
    return made;
  }

  /** Has a function started for each verdict on an upload of these kinds. */
  private onVerdict({ config }: Setting, made: ParleyFunction, kinds: readonly MediaKind[]): void {
    const rule = new CfnRule(this, `${made.node.id}-rule`, {
      name: made.name,
      description: `Verdicts on ${kinds.join(' and ')} uploads start ${made.name}`,
      eventPattern: {
        source: [config.stage === 'local' ? SCANNERS.local : SCANNERS.aws],
        'detail-type': [VERDICT_TYPE],
        detail: {
          s3ObjectDetails: {
            bucketName: [this.resources.quarantineName],
            objectKey: kinds.map((kind) => ({ suffix: `/${kind}` })),
          },
        },
      },
      targets: [{ id: made.node.id, arn: made.function.functionArn }],
    });
    made.allow('Start', 'events.amazonaws.com', { arn: rule.attrArn, account: Aws.ACCOUNT_ID });
  }
}
