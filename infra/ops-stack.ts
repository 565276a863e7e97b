import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  LogQueryWidget,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { type Config, prefixOf } from './config.ts';
import type { ParleyFunction } from './constructs/parley-function.ts';
import type { Stacks } from './stacks.ts';

/** Where a person who was woken starts reading; the part after `#` is the alarm's kind. */
const RUNBOOK = 'docs/runbook.md';

/** What an alarm watches and from when on it speaks. */
interface Watch {
  /** Heading of its section in the runbook. */
  readonly kind: string;
  /** Set where several alarms are of one kind: the function's name. */
  readonly of?: string;
  readonly says: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Periods in a row; more than one where a single one means nothing. */
  readonly periods?: number;
}

/** What is watched: a dashboard, and alarms that each name their section of the runbook. */
export class OpsStack extends Stack {
  constructor(scope: Construct, id: string, config: Config, parley: Stacks, props?: StackProps) {
    super(scope, id, props);
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    if (config.alarmEmail) topic.addSubscription(new EmailSubscription(config.alarmEmail));

    const functions: Readonly<Record<string, ParleyFunction>> = {
      ...parley.rest.functions,
      ...parley.realtime.functions,
      ...parley.stream.functions,
      'process-upload': parley.media.processUpload,
    };
    const parked = this.parkedRecords(config, parley.stream.functions);
    const watches = [
      ...functionWatches(functions),
      ...streamWatches(parley, parked),
      ...queueWatches(parley),
      ...apiWatches(parley),
      ...searchWatches(parley),
    ];
    for (const watch of watches) {
      const name = watch.of ? `${watch.kind}-${watch.of}` : watch.kind;
      new Alarm(this, name, {
        alarmName: `${prefixOf(config)}-${name}`,
        alarmDescription: `${watch.says} See ${RUNBOOK}#${watch.kind}`,
        metric: watch.metric,
        threshold: watch.threshold,
        evaluationPeriods: watch.periods ?? 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(new SnsAction(topic));
    }
    this.dashboard(config, parley, functions, parked);
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn });
  }

  /** Consumers log a line for each record they park; the line is counted. */
  private parkedRecords(config: Config, consumers: Readonly<Record<string, ParleyFunction>>): Metric {
    const metric = new Metric({
      namespace: 'Parley',
      metricName: `${prefixOf(config)}-records-parked`,
      statistic: Stats.SUM,
      period: Duration.minutes(5),
    });
    for (const [name, { logGroup }] of Object.entries(consumers))
      new MetricFilter(this, `Parked-${name}`, {
        logGroup,
        filterPattern: FilterPattern.stringValue('$.event', '=', PARKED_EVENT),
        metricNamespace: metric.namespace,
        metricName: metric.metricName,
        metricValue: '1',
      });
    return metric;
  }

  private dashboard(
    config: Config,
    { data, rest, realtime, media, stream }: Stacks,
    functions: Readonly<Record<string, ParleyFunction>>,
    parked: Metric,
  ): void {
    const each = (of: (made: ParleyFunction) => IMetric) => Object.values(functions).map(of);
    const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
      new GraphWidget({ title, left, right, width: 12, height: 6 });
    const { api } = rest;
    new Dashboard(this, 'Dashboard', {
      dashboardName: prefixOf(config),
      widgets: [
        [
          graph('REST: requests and errors', [api.metricCount()], [api.metricClientError(), api.metricServerError()]),
          graph('REST: latency', [api.metricLatency({ statistic: 'p50' }), api.metricLatency({ statistic: 'p99' })]),
        ],
        [
          graph(
            'Invocations',
            each((made) => made.function.metricInvocations()),
          ),
          graph(
            'Errors and throttles',
            each((made) => made.function.metricErrors()),
            [LAMBDA_THROTTLES],
          ),
        ],
        [
          graph('Sockets', [
            socketMetric(realtime.api.apiId, 'ConnectCount'),
            socketMetric(realtime.api.apiId, 'MessageCount'),
          ]),
          graph(
            'Stragglers',
            [data.stragglers.metricApproximateNumberOfMessagesVisible()],
            [data.stragglers.metricApproximateAgeOfOldestMessage()],
          ),
        ],
        [
          graph('Stream: how far behind', Object.values(stream.functions).map(iteratorAge), [parked]),
          graph('Set aside', [
            data.deadStragglers.metricApproximateNumberOfMessagesVisible(),
            media.failedUploads.metricApproximateNumberOfMessagesVisible(),
          ]),
        ],
        [
          graph('Table: units', [
            data.table.metricConsumedReadCapacityUnits(),
            data.table.metricConsumedWriteCapacityUnits(),
          ]),
          graph('Uploads', [media.processUpload.function.metricDuration({ statistic: 'p90' })]),
        ],
        [
          new LogQueryWidget({
            title: 'What failed',
            width: 24,
            height: 8,
            logGroupNames: Object.values(functions).map(({ logGroup }) => logGroup.logGroupName),
            queryLines: ['fields @timestamp, event, error, message, requestId', 'filter level = "error"', 'limit 50'],
          }),
        ],
      ],
    });
  }
}

/** The event that `runtime/consumer.ts` logs when it parks a record. */
const PARKED_EVENT = 'consumer.parked';

/** Throttles are a matter of the account's concurrency, so one figure for all functions says it. */
const LAMBDA_THROTTLES = new Metric({
  namespace: 'AWS/Lambda',
  metricName: 'Throttles',
  statistic: Stats.SUM,
  period: Duration.minutes(5),
});

const iteratorAge = ({ function: made }: ParleyFunction): Metric =>
  made.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(1) });

const socketMetric = (apiId: string, metricName: string): Metric =>
  new Metric({
    namespace: 'AWS/ApiGateway',
    metricName,
    dimensionsMap: { ApiId: apiId },
    statistic: Stats.SUM,
    period: Duration.minutes(5),
  });

const functionWatches = (functions: Readonly<Record<string, ParleyFunction>>): Watch[] => [
  ...Object.entries(functions).map(([name, made]) => ({
    kind: 'function-errors',
    of: name,
    says: `${name} threw, ran out of time or out of memory.`,
    metric: made.function.metricErrors({ period: Duration.minutes(5) }),
    threshold: 1,
  })),
  { kind: 'function-throttles', says: 'Lambda refused invocations.', metric: LAMBDA_THROTTLES, threshold: 1 },
];

const streamWatches = ({ stream }: Pick<Stacks, 'stream'>, parked: Metric): Watch[] => [
  ...Object.entries(stream.functions).map(([name, made]) => ({
    kind: 'consumer-behind',
    of: name,
    says: `${name} is more than five minutes behind the table; after 20 hours records are given up.`,
    metric: iteratorAge(made),
    threshold: Duration.minutes(5).toMilliseconds(),
    periods: 3,
  })),
  { kind: 'records-parked', says: 'A stream record could not be read and was parked.', metric: parked, threshold: 1 },
];

const queueWatches = ({ data, media }: Pick<Stacks, 'data' | 'media'>): Watch[] => [
  {
    kind: 'stragglers-dead',
    says: 'Events for open sockets were given up after five attempts; the clients find them by their cursors.',
    metric: data.deadStragglers.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
    threshold: 1,
  },
  {
    kind: 'stragglers-late',
    says: 'Events wait more than a minute in the queue of stragglers.',
    metric: data.stragglers.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1) }),
    threshold: 60,
    periods: 3,
  },
  {
    kind: 'uploads-failed',
    says: 'An upload could not be processed in three attempts.',
    metric: media.failedUploads.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
    threshold: 1,
  },
];

const apiWatches = ({ rest, realtime, data }: Pick<Stacks, 'rest' | 'realtime' | 'data'>): Watch[] => [
  {
    kind: 'api-5xx',
    says: 'The REST API answered with server errors.',
    metric: rest.api.metricServerError({ period: Duration.minutes(5), statistic: Stats.SUM }),
    threshold: 5,
  },
  {
    kind: 'sockets-failing',
    says: 'Integrations of the WebSocket API fail.',
    metric: socketMetric(realtime.api.apiId, 'IntegrationError'),
    threshold: 5,
  },
  {
    kind: 'table-throttled',
    says: 'DynamoDB refuses requests: one partition is too hot, or the account is at its limit.',
    metric: new Metric({
      namespace: 'AWS/DynamoDB',
      metricName: 'WriteThrottleEvents',
      dimensionsMap: { TableName: data.table.tableName },
      statistic: Stats.SUM,
      period: Duration.minutes(5),
    }),
    threshold: 1,
    periods: 2,
  },
];

const searchWatches = ({ data: { domain } }: Pick<Stacks, 'data'>): Watch[] =>
  domain
    ? [
        {
          kind: 'search-red',
          says: 'The search domain has lost a primary shard: some messages are not found.',
          metric: domain.metricClusterStatusRed({ period: Duration.minutes(1) }),
          threshold: 1,
        },
        {
          kind: 'search-writes-blocked',
          says: 'The search domain takes no writes: it is short of space or memory.',
          metric: domain.metricClusterIndexWritesBlocked({ period: Duration.minutes(5) }),
          threshold: 1,
        },
      ]
    : [];
