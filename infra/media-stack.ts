import { Aws, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { Bucket, type CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { PROCESS_UPLOAD } from '#contract/entries.ts';
import { architectureOf } from './config.ts';
import { ParleyFunction, type Setting } from './constructs/parley-function.ts';
import { sharpLayer } from './constructs/sharp-layer.ts';
import { bucketName, type DataStack, privateBucket } from './data-stack.ts';
import type { Resources } from './grants.ts';

/**
 * Where uploads arrive and what makes renditions of them. The bucket's own notification starts the function; a malware
 * scan comes between the two by starting it from the scanner's verdict instead.
 */
export class MediaStack extends Stack {
  /** What was there before, and the quarantine. */
  readonly resources: Resources;
  readonly processUpload: ParleyFunction;
  readonly failedUploads: Queue;

  constructor(scope: Construct, id: string, setting: Setting, data: DataStack, before: Resources, props?: StackProps) {
    super(scope, id, props);
    const { config } = setting;
    // The bucket notifies the function and the function reads the bucket: a name known beforehand unties the knot.
    const name = bucketName(config, 'quarantine');
    const arn = `arn:${Aws.PARTITION}:s3:::${name}`;

    this.failedUploads = new Queue(this, 'FailedUploads', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: config.stage !== 'local',
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.processUpload = new ParleyFunction(this, 'process-upload', {
      setting,
      name: 'process-upload',
      entry: PROCESS_UPLOAD,
      resources: { ...before, quarantineName: name, quarantineArn: arn },
      layers: [sharpLayer(this, 'Sharp', architectureOf(config))],
      eventSource: [new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.failedUploads.queueArn] })],
    });
    new EventInvokeConfig(this, 'Retries', {
      function: this.processUpload.function,
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: { bind: () => ({ destination: this.failedUploads.queueArn }) },
    });
    const permission = this.processUpload.allow('Invoke', 's3.amazonaws.com', { arn, account: Aws.ACCOUNT_ID });

    const quarantine = new Bucket(this, 'Quarantine', {
      ...privateBucket(config),
      bucketName: name,
      versioned: true,
      // Nothing here outlives a day, so there is nothing to keep when the stack goes.
      removalPolicy: RemovalPolicy.DESTROY,
      serverAccessLogsBucket: data.accessLogs,
      serverAccessLogsPrefix: 'quarantine/',
      lifecycleRules: [
        {
          expiration: Duration.days(1),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      cors: [
        {
          allowedMethods: [HttpMethods.POST],
          allowedOrigins: config.allowedOrigins,
          allowedHeaders: ['content-type'],
          exposedHeaders: ['etag', 'x-amz-version-id'],
          maxAge: 3_600,
        },
      ],
    });
    const bucket = quarantine.node.defaultChild as CfnBucket;
    bucket.notificationConfiguration = {
      lambdaConfigurations: [{ event: 's3:ObjectCreated:*', function: this.processUpload.function.functionArn }],
    };
    // S3 asks the function when it is told of it: it must exist and allow S3 by then.
    bucket.addResourceDependency(permission);

    this.resources = { ...before, quarantineName: quarantine.bucketName, quarantineArn: quarantine.bucketArn };
    new CfnOutput(this, 'QuarantineBucketName', { value: quarantine.bucketName });
    new CfnOutput(this, 'FailedUploadsUrl', { value: this.failedUploads.queueUrl });
  }
}
