import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { CONSUMERS } from '#contract/entries.ts';
import { TABLE } from '#table/schema.ts';
import { ParleyFunction, type Setting } from './constructs/parley-function.ts';
import type { DataStack } from './data-stack.ts';
import { type Resources, tableKeyStatement } from './grants.ts';

/** What follows a write: the readers of the table's stream, each from its subscription. Two, for ever (ADR 0003). */
export class StreamStack extends Stack {
  readonly functions: Readonly<Record<string, ParleyFunction>>;

  constructor(
    scope: Construct,
    id: string,
    setting: Setting,
    data: DataStack,
    resources: Resources,
    props?: StackProps,
  ) {
    super(scope, id, props);
    const streamArn = data.table.tableStreamArn!;
    const consumers = CONSUMERS.filter(({ entry }) => data.domain || !entry.uses.includes('search:index'));
    this.functions = Object.fromEntries(
      consumers.map(({ subscription, entry }) => {
        const made = new ParleyFunction(this, subscription.name, {
          setting,
          name: subscription.name,
          entry,
          resources,
          eventSource: [
            new PolicyStatement({
              actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
              resources: [streamArn],
            }),
            // Takes no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
            new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }),
            tableKeyStatement(false, resources),
            // Lambda itself parks what it gives up, by the function's role.
            new PolicyStatement({ actions: ['s3:PutObject'], resources: [data.parking.arnForObjects('*')] }),
            new PolicyStatement({ actions: ['s3:ListBucket'], resources: [data.parking.bucketArn] }),
          ],
        });
        new EventSourceMapping(this, `${subscription.name}-source`, {
          target: made.function,
          eventSourceArn: streamArn,
          startingPosition: StartingPosition.TRIM_HORIZON,
          batchSize: subscription.batchSize,
          maxBatchingWindow: Duration.seconds(subscription.windowSeconds),
          retryAttempts: subscription.retries,
          maxRecordAge: Duration.hours(subscription.maxAgeHours),
          bisectBatchOnError: true,
          reportBatchItemFailures: true,
          // Unlike a queue, which gets metadata only, a bucket gets the records themselves.
          onFailure: { bind: () => ({ destination: data.parking.bucketArn }) },
          filters: [
            // Either image: what a deletion took away is in the old one only.
            FilterCriteria.filter({ dynamodb: { NewImage: entityIn(subscription.on) } }),
            FilterCriteria.filter({ dynamodb: { OldImage: entityIn(subscription.on) } }),
            ...comingsOf(subscription.comings ?? []),
          ],
        });
        return [subscription.name, made];
      }),
    );
  }
}

const entityIn = (entities: readonly string[]) => ({ [TABLE.entity]: { S: FilterRule.or(...entities) } });

const comingsOf = (entities: readonly string[]) =>
  entities.length === 0
    ? []
    : [
        FilterCriteria.filter({
          eventName: FilterRule.isEqual('INSERT'),
          dynamodb: { NewImage: entityIn(entities) },
        }),
        FilterCriteria.filter({
          eventName: FilterRule.isEqual('REMOVE'),
          dynamodb: { OldImage: entityIn(entities) },
        }),
      ];
