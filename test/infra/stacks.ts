import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { everyEntry, STAND_INS } from '#contract/entries.ts';
import { JOBS } from '#contract/jobs.ts';
import { MEASURES, METRICS } from '#contract/metrics.ts';
import { ROOT, STAGES, type Stage } from '#infra/config.ts';
import { TABLE } from '#table/schema.ts';
import { deployment, type Resource, resourcesOf } from './deployment.ts';

const CLOUD: Stage[] = ['dev', 'prod'];

const one = (stage: Stage, type: string): Resource => {
  const found = resourcesOf(stage, type);
  expect(found).toHaveLength(1);
  return found[0]!;
};

describe.each(STAGES)('stage %s', (stage) => {
  it('deploys every entry exactly once', () => {
    const files = globSync('functions/**/*.lambda.ts', { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
    const deployed = resourcesOf(stage, 'AWS::Lambda::Function').map(({ Properties }) => Properties.Description);
    const missing = files.filter((file) => STAND_INS.some((name) => file.endsWith(`/${name}.lambda.ts`)));
    expect(missing).toHaveLength(STAND_INS.length);
    expect(deployed.sort()).toEqual(files.filter((file) => stage === 'local' || !missing.includes(file)).sort());
  });

  it('bundles what it deploys', () => {
    expect(new Set(Object.values(everyEntry()).map(({ file }) => file)).size).toBe(Object.keys(everyEntry()).length);
  });

  it('shows on the dashboard whatever the functions count, of this deployment alone', () => {
    const body = JSON.stringify(one(stage, 'AWS::CloudWatch::Dashboard').Properties);
    for (const name of [...Object.values(METRICS), ...Object.values(MEASURES).map(([measured]) => measured)])
      expect(body).toMatch(new RegExp(`MetricName=[^{}]*${name}[^{}]*parley-${stage}`));
  });

  it('has exactly two readers on the stream of the table', () => {
    const mappings = resourcesOf(stage, 'AWS::Lambda::EventSourceMapping');
    const readers = mappings.filter(({ Properties }) =>
      JSON.stringify(Properties.EventSourceArn).includes('StreamArn'),
    );
    expect(readers).toHaveLength(2);
    for (const { Properties } of readers) {
      expect(Properties).toMatchObject({
        StartingPosition: 'TRIM_HORIZON',
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
      expect(Properties.MaximumRetryAttempts).toBeGreaterThan(0);
      expect(Properties.MaximumRecordAgeInSeconds).toBeLessThan(24 * 3_600);
      expect(JSON.stringify(Properties.DestinationConfig.OnFailure)).toContain('Parking');
      for (const { Pattern } of Properties.FilterCriteria.Filters) expect(Pattern).toContain(`"${TABLE.entity}"`);
    }
  });

  it('keeps the table as its schema says, encrypted with a key of its own that rotates', () => {
    const { Properties: table } = one(stage, 'AWS::DynamoDB::Table');
    expect(table).toMatchObject({
      KeySchema: [
        { AttributeName: TABLE.partitionKey, KeyType: 'HASH' },
        { AttributeName: TABLE.sortKey, KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: TABLE.stream },
      TimeToLiveSpecification: { AttributeName: TABLE.ttl, Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    });
    expect(table.GlobalSecondaryIndexes.map((index: { IndexName: string }) => index.IndexName)).toEqual([
      TABLE.byUser.name,
    ]);
    expect(one(stage, 'AWS::KMS::Key').Properties.EnableKeyRotation).toBe(true);
  });

  it('gives the queue of stragglers six timeouts of its function, five attempts, order and ids of the sender', () => {
    const queues = resourcesOf(stage, 'AWS::SQS::Queue');
    const fanOut = resourcesOf(stage, 'AWS::Lambda::Function').find((made) =>
      /fan-out/.test(made.Properties.FunctionName),
    )!;
    const [queue] = queues.filter(({ Properties }) => Properties.RedrivePolicy);
    expect(queue!.Properties).toMatchObject({ FifoQueue: true, ContentBasedDeduplication: false });
    expect(queue!.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * fanOut.Properties.Timeout);
    expect(queue!.Properties.RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(5);
    const dead = queues.find(({ id }) => id === queue!.Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0]);
    expect(dead!.Properties.FifoQueue).toBe(true);
    for (const { Properties } of queues) expect(Properties.SqsManagedSseEnabled).toBe(true);
  });

  it('holds new messages back before it looks who has not seen them', () => {
    const delay = stage === 'local' ? 1 : 15;
    const [queue] = resourcesOf(stage, 'AWS::SQS::Queue').filter(({ Properties }) => Properties.DelaySeconds === delay);
    const [source] = resourcesOf(stage, 'AWS::Lambda::EventSourceMapping').filter(({ stack }) => stack === 'hooks');
    expect(queue!.Properties.RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(5);
    expect(JSON.stringify(source!.Properties.EventSourceArn)).toContain('Notifications');
    expect(source!.Properties).toMatchObject({
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: stage === 'local' ? 2 : 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('has the bus put what happens into the queue of webhooks, and lets nobody else do it for EventBridge', () => {
    const [rule] = resourcesOf(stage, 'AWS::Events::Rule').filter(({ stack }) => stack === 'data');
    expect(rule!.Properties.EventPattern).toEqual({ source: ['parley'] });
    expect(JSON.stringify(rule!.Properties.Targets)).toContain('Webhooks');
    const statements = resourcesOf(stage, 'AWS::SQS::QueuePolicy').flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    const sending = statements.filter(({ Principal }) => Principal?.Service === 'events.amazonaws.com');
    expect(sending).toMatchObject([
      { Action: 'sqs:SendMessage', Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [rule!.id, 'Arn'] } } } },
    ]);
  });

  it('encrypts every bucket and lets nobody make it public', () => {
    const buckets = resourcesOf(stage, 'AWS::S3::Bucket');
    expect(buckets.map(({ id }) => id.replace(/.{8}$/, '')).sort()).toEqual([
      'AccessLogs',
      'Archive',
      'CdnLogs',
      'Clean',
      'Parking',
      'Quarantine',
    ]);
    for (const { Properties } of buckets) {
      expect(Properties.BucketEncryption.ServerSideEncryptionConfiguration).toHaveLength(1);
      expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    }
  });

  it('empties quarantine after a day and versions what uploads and renditions are bound to', () => {
    const [quarantine] = resourcesOf(stage, 'AWS::S3::Bucket').filter(({ id }) => id.startsWith('Quarantine'));
    const [clean] = resourcesOf(stage, 'AWS::S3::Bucket').filter(({ id }) => id.startsWith('Clean'));
    expect(quarantine!.Properties.LifecycleConfiguration.Rules).toEqual([
      expect.objectContaining({
        ExpirationInDays: 32,
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        Status: 'Enabled',
      }),
    ]);
    for (const bucket of [quarantine!, clean!])
      expect(bucket.Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  });

  it('says in every alarm where the runbook speaks of it, and tells somebody', () => {
    const alarms = resourcesOf(stage, 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(20);
    const runbook = readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8');
    for (const { Properties } of alarms) {
      const kind = /docs\/runbook\.md#([a-z0-9-]+)$/.exec(Properties.AlarmDescription)?.[1];
      expect(Properties.AlarmName).toContain(kind);
      expect(runbook).toContain(`\n## ${kind}\n`);
      expect(Properties.AlarmActions).toHaveLength(1);
    }
  });

  it('starts every job by a rule of its own, and nobody else', () => {
    const rules = resourcesOf(stage, 'AWS::Events::Rule').filter(({ stack }) => stack === 'jobs');
    expect(rules.map(({ Properties }) => Properties.Targets[0].Id).sort()).toEqual(JOBS.map(({ name }) => name).sort());
    for (const { everyMinutes } of JOBS) expect(everyMinutes).toBeLessThanOrEqual(360);
  });

  it('has the verdict on a recording start the function that has ffmpeg, and room for the largest upload', () => {
    const rules = resourcesOf(stage, 'AWS::Events::Rule').filter(({ stack }) => stack === 'media');
    const started = rules.map(({ Properties }) => ({
      by: Properties.EventPattern.detail.s3ObjectDetails.objectKey,
      name: String(Properties.Name).replace(/^[a-z]+-[a-z]+-/, ''),
    }));
    expect(started).toEqual([
      { by: [{ suffix: '/image' }, { suffix: '/file' }], name: 'process-upload' },
      { by: [{ suffix: '/video' }, { suffix: '/audio' }], name: 'process-recording' },
    ]);
    const made = resourcesOf(stage, 'AWS::Lambda::Function').find(({ Properties }) =>
      String(Properties.FunctionName).endsWith('process-recording'),
    )!;
    expect(made.Properties.Layers).toHaveLength(2);
    expect(made.Properties.EphemeralStorage).toEqual({ Size: 6_144 });
  });

  it('runs on arm64 on AWS, Node 24 everywhere', () => {
    for (const { Properties } of resourcesOf(stage, 'AWS::Lambda::Function')) {
      expect(Properties.Runtime).toBe('nodejs24.x');
      if (stage !== 'local') expect(Properties.Architectures).toEqual(['arm64']);
    }
  });

  it('keeps every function’s log for a stated time', () => {
    const groups = resourcesOf(stage, 'AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(Object.keys(everyEntry()).length);
    for (const { Properties } of groups) expect(Properties.RetentionInDays).toBeGreaterThan(0);
  });
});

describe.each(CLOUD)('stage %s on AWS', (stage) => {
  it('leaves what it keeps when the stack goes', () => {
    for (const type of [
      'AWS::DynamoDB::Table',
      'AWS::KMS::Key',
      'AWS::OpenSearchService::Domain',
      'AWS::SecretsManager::Secret',
    ])
      expect(one(stage, type)).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    for (const bucket of resourcesOf(stage, 'AWS::S3::Bucket'))
      expect(bucket.DeletionPolicy).toBe(bucket.id.startsWith('Quarantine') ? 'Delete' : 'Retain');
    expect(one(stage, 'AWS::DynamoDB::Table').Properties.DeletionProtectionEnabled).toBe(true);
  });

  it('refuses buckets and queues without TLS', () => {
    const policies = [...resourcesOf(stage, 'AWS::S3::BucketPolicy'), ...resourcesOf(stage, 'AWS::SQS::QueuePolicy')];
    expect(policies).toHaveLength(
      resourcesOf(stage, 'AWS::S3::Bucket').length + resourcesOf(stage, 'AWS::SQS::Queue').length,
    );
    for (const { Properties } of policies)
      expect(JSON.stringify(Properties.PolicyDocument)).toContain('{"Bool":{"aws:SecureTransport":"false"}}');
  });

  it('encrypts the search domain at rest and between its nodes, and speaks TLS only', () => {
    expect(one(stage, 'AWS::OpenSearchService::Domain').Properties).toMatchObject({
      EncryptionAtRestOptions: { Enabled: true },
      NodeToNodeEncryptionOptions: { Enabled: true },
      DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' },
    });
  });

  it('has no finding of AwsSolutions left without a reason', () => {
    const report = new AwsSolutionsChecks().validateScope(deployment(stage).app);
    expect(report.violations.map(({ ruleName }) => ruleName)).toEqual([]);
  });
});

it('leaves out everything that costs while nobody talks when search is off', () => {
  const { templates } = deployment('dev', { 'search.enabled': 'false' });
  const types = templates.flatMap(({ resources }) => Object.values(resources).map(({ Type }) => Type));
  expect(types).not.toContain('AWS::OpenSearchService::Domain');
  const names = templates.flatMap(({ resources }) =>
    Object.values(resources).map((made) => made.Properties?.FunctionName),
  );
  expect(names).not.toContain('parley-dev-search');
  expect(names).not.toContain('parley-dev-index-search');
  expect(names).toContain('parley-dev-messages');
});
