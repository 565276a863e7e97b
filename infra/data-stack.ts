import { Aws, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Domain, EngineVersion, TLSSecurityPolicy } from 'aws-cdk-lib/aws-opensearchservice';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  HttpMethods,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { DELIVER_WEBHOOKS, FAN_OUT, NOTIFY } from '#contract/entries.ts';
import { TABLE } from '#table/schema.ts';
import { type Config, cdnOf, prefixOf } from './config.ts';
import { sendTo, WorkQueue } from './constructs/work-queue.ts';
import type { Resources } from './grants.ts';

/** Deliveries of a straggler before it is set aside; AWS asks for five at least when Lambda reads the queue. */
export const STRAGGLER_ATTEMPTS = 5;

/** Everything that keeps something: outside `local` it is protected from deletion and stays when the stack goes. */
export class DataStack extends Stack {
  readonly resources: Resources;
  readonly table: Table;
  readonly stragglers: Queue;
  readonly deadStragglers: Queue;
  readonly notifications: WorkQueue;
  readonly webhooks: WorkQueue;
  readonly parking: Bucket;
  readonly accessLogs: Bucket;
  readonly domain: Domain | undefined;

  constructor(scope: Construct, id: string, config: Config, props?: StackProps) {
    super(scope, id, props);
    const keeps = config.stage !== 'local';
    const removalPolicy = keeps ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

    const key = new Key(this, 'TableKey', {
      description: `${prefixOf(config)}: the table`,
      enableKeyRotation: true,
      removalPolicy,
    });
    this.table = new Table(this, 'Table', {
      partitionKey: { name: TABLE.partitionKey, type: AttributeType.STRING },
      sortKey: { name: TABLE.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: TABLE.ttl,
      stream: StreamViewType[TABLE.stream],
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      deletionProtection: keeps,
      removalPolicy,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: TABLE.byUser.name,
      partitionKey: { name: TABLE.byUser.partitionKey, type: AttributeType.STRING },
      sortKey: { name: TABLE.byUser.sortKey, type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...TABLE.byUser.projected],
    });

    this.accessLogs = new Bucket(this, 'AccessLogs', {
      ...privateBucket(config),
      removalPolicy,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(config.logRetentionDays) }],
    });
    const clean = new Bucket(this, 'Clean', {
      ...privateBucket(config),
      removalPolicy,
      versioned: true,
      serverAccessLogsBucket: this.accessLogs,
      serverAccessLogsPrefix: 'clean/',
      cors: [{ allowedMethods: [HttpMethods.GET], allowedOrigins: config.allowedOrigins, maxAge: 3_600 }],
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    if (cdnOf(config))
      clean.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
          actions: ['s3:GetObject'],
          resources: [clean.arnForObjects('*')],
          // The distribution stands on this bucket, so that it cannot be named here: any of this account's, of which each asks for signed addresses.
          conditions: {
            ArnLike: { 'AWS:SourceArn': `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/*` },
          },
        }),
      );
    const archive = new Bucket(this, 'Archive', {
      ...privateBucket(config),
      removalPolicy,
      versioned: true,
      serverAccessLogsBucket: this.accessLogs,
      serverAccessLogsPrefix: 'archive/',
      // What retention removed can be brought back for a week, and then is gone.
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(7), abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { expiredObjectDeleteMarker: true },
      ],
    });
    this.parking = new Bucket(this, 'Parking', {
      ...privateBucket(config),
      removalPolicy,
      serverAccessLogsBucket: this.accessLogs,
      serverAccessLogsPrefix: 'parking/',
    });

    this.deadStragglers = new Queue(this, 'DeadStragglers', {
      fifo: true,
      contentBasedDeduplication: false,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: keeps,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stragglers = new Queue(this, 'Stragglers', {
      fifo: true,
      // Ids are given by the sender: two events with equal text are two events.
      contentBasedDeduplication: false,
      // 300 calls a second are a hot room's worth of each group, not of the whole queue.
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: keeps,
      // AWS asks for six times the function's timeout, so that a message is not given out twice while one works on it.
      visibilityTimeout: Duration.seconds(6 * FAN_OUT.timeoutSeconds),
      retentionPeriod: Duration.days(1),
      deadLetterQueue: { queue: this.deadStragglers, maxReceiveCount: STRAGGLER_ATTEMPTS },
      removalPolicy: RemovalPolicy.DESTROY,
    });

    this.notifications = new WorkQueue(this, 'Notifications', {
      config,
      timeoutSeconds: NOTIFY.timeoutSeconds,
      delaySeconds: config.notifications.delaySeconds,
    });
    this.webhooks = new WorkQueue(this, 'Webhooks', { config, timeoutSeconds: DELIVER_WEBHOOKS.timeoutSeconds });

    const signingKey = new Secret(this, 'SigningKey', {
      description: `${prefixOf(config)}: signs tickets, cursors and invitations`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
    const signingKeyArn = (signingKey.node.defaultChild as CfnSecret).attrId;
    const bus = new EventBus(this, 'Events', { eventBusName: `${prefixOf(config)}-events` });
    sendTo(this.webhooks, bus);
    this.domain = config.search.enabled ? this.searchDomain(config, removalPolicy) : undefined;

    this.resources = {
      tableName: this.table.tableName,
      tableArn: this.table.tableArn,
      tableKeyArn: key.keyArn,
      byUserIndexArn: `${this.table.tableArn}/index/${TABLE.byUser.name}`,
      stragglersUrl: this.stragglers.queueUrl,
      stragglersArn: this.stragglers.queueArn,
      notificationsUrl: this.notifications.queue.queueUrl,
      notificationsArn: this.notifications.queue.queueArn,
      webhooksUrl: this.webhooks.queue.queueUrl,
      webhooksArn: this.webhooks.queue.queueArn,
      signingKeyArn,
      cleanName: clean.bucketName,
      cleanArn: clean.bucketArn,
      archiveName: archive.bucketName,
      archiveArn: archive.bucketArn,
      parkingName: this.parking.bucketName,
      parkingArn: this.parking.bucketArn,
      eventBusName: bus.eventBusName,
      eventBusArn: bus.eventBusArn,
      ...(this.domain && {
        searchEndpoint: config.stage === 'local' ? config.searchUrl : `https://${this.domain.domainEndpoint}`,
        searchDomainName: this.domain.domainName,
        searchDomainArn: this.domain.domainArn,
      }),
    };
    const outputs = {
      TableName: this.table.tableName,
      CleanBucketName: clean.bucketName,
      ArchiveBucketName: archive.bucketName,
      ParkingBucketName: this.parking.bucketName,
      StragglersUrl: this.stragglers.queueUrl,
      StragglersDlqUrl: this.deadStragglers.queueUrl,
      EventBusName: bus.eventBusName,
      SigningKeyArn: signingKeyArn,
      ...(this.domain && {
        SearchEndpoint: this.resources.searchEndpoint!,
        SearchDomainName: this.domain.domainName,
      }),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }

  /** The one thing that costs while nobody talks. Reached over TLS with signed requests; there is no user of its own. */
  private searchDomain(config: Config, removalPolicy: RemovalPolicy): Domain {
    const { instanceType, nodes, volumeGiB } = config.search;
    return new Domain(this, 'Search', {
      domainName: `${prefixOf(config)}-search`,
      version: EngineVersion.OPENSEARCH_3_7,
      capacity: { dataNodes: nodes, dataNodeInstanceType: instanceType, multiAzWithStandbyEnabled: false },
      zoneAwareness: nodes > 1 ? { enabled: true, availabilityZoneCount: 2 } : { enabled: false },
      ebs: { volumeSize: volumeGiB, volumeType: EbsDeviceVolumeType.GP3 },
      encryptionAtRest: { enabled: true },
      nodeToNodeEncryption: true,
      enforceHttps: true,
      tlsSecurityPolicy: TLSSecurityPolicy.TLS_1_2_PFS,
      removalPolicy,
    });
  }
}

/** What all buckets have: nothing public, encrypted, over TLS only. */
export const privateBucket = (config: Config): BucketProps => ({
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  // The emulator speaks plain HTTP on loopback and would refuse everything.
  enforceSSL: config.stage !== 'local',
});

/** A bucket name that is known before the bucket exists, unique among all of AWS. */
export const bucketName = (config: Config, use: string): string =>
  `${prefixOf(config)}-${use}-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
