import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { MEASURES, METRIC_NAMESPACE, METRICS, type Measured } from '#contract/metrics.ts';
import type { ParleyFunction } from './constructs/parley-function.ts';
import type { Stacks } from './stacks.ts';

/** What an alarm watches and from when on it speaks. */
export interface Watch {
  /** Heading of its section in the runbook. */
  readonly kind: string;
  /** Set where several alarms are of one kind: the function's name. */
  readonly of?: string;
  readonly says: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Speaks when the figure is below the threshold, or when there is none. */
  readonly below?: true;
  /** Periods in a row; more than one where a single one means nothing. */
  readonly periods?: number;
}

/** Throttles are a matter of the account's concurrency, so one figure for all functions says it. */
export const LAMBDA_THROTTLES = new Metric({
  namespace: 'AWS/Lambda',
  metricName: 'Throttles',
  statistic: Stats.SUM,
  period: Duration.minutes(5),
});

export const iteratorAge = ({ function: made }: ParleyFunction): Metric =>
  made.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(1) });

export const socketMetric = (apiId: string, metricName: string): Metric =>
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

const jobWatches = ({ jobs }: Pick<Stacks, 'jobs'>): Watch[] =>
  Object.entries(jobs.functions).map(([name, made]) => {
    const minutes = jobs.everyMinutes[name] ?? 1;
    return {
      kind: 'job-silent',
      of: name,
      says: `${name} should start every ${minutes} minutes, and does not.`,
      // Twice five minutes at least, so that one late start wakes nobody; a day at most is what CloudWatch looks back.
      metric: made.function.metricInvocations({ period: Duration.minutes(Math.max(5, 2 * minutes)) }),
      threshold: 1,
      below: true,
      periods: 2,
    };
  });

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
    kind: 'notifications-dead',
    says: 'It could not be found out in five attempts who is to be notified of some messages.',
    metric: data.notifications.dead.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
    threshold: 1,
  },
  {
    kind: 'webhooks-dead',
    says: 'Something that webhooks are to be told could not be dealt with in five attempts.',
    metric: data.webhooks.dead.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
    threshold: 1,
  },
  {
    kind: 'webhooks-late',
    says: 'What webhooks are to be told waits more than ten minutes longer than it is held back on purpose.',
    metric: data.webhooks.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1) }),
    // A message that is held back on purpose counts from when it was sent: fifteen minutes at most.
    threshold: Duration.minutes(25).toSeconds(),
    periods: 3,
  },
  {
    kind: 'uploads-failed',
    says: 'An upload could not be processed in three attempts.',
    metric: media.failedUploads.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
    threshold: 1,
  },
];

const hookWatches = ({ hooks }: Pick<Stacks, 'hooks'>): Watch[] => [
  {
    kind: 'webhooks-failed',
    says: 'Webhooks took something in no attempt of a day: it was set aside.',
    metric: new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: METRICS.webhooksFailed,
      dimensionsMap: { function: hooks.functions['deliver-webhooks']!.name },
      statistic: Stats.SUM,
      period: Duration.minutes(5),
    }),
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

/** What one function measured. */
const measured = (what: Measured, { name }: ParleyFunction, statistic: string): Metric =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: MEASURES[what][0],
    dimensionsMap: { function: name },
    statistic,
    period: Duration.minutes(5),
  });

type Searching = Pick<Stacks, 'data' | 'services' | 'jobs' | 'stream'>;

const searchWatches = ({ data: { domain }, services, jobs, stream }: Searching): Watch[] =>
  domain
    ? [
        {
          kind: 'search-paused',
          says: 'Searches are refused: the search engine failed so often in a row that it is left alone for a while.',
          metric: new Metric({
            namespace: METRIC_NAMESPACE,
            metricName: METRICS.searchPauses,
            dimensionsMap: { function: services.functions['search']!.name },
            statistic: Stats.SUM,
            period: Duration.minutes(5),
          }),
          threshold: 1,
          periods: 2,
        },
        {
          kind: 'index-late',
          says: 'What changes in the table is in the search index only minutes later.',
          metric: measured('indexLag', stream.functions['index-search']!, 'p95'),
          threshold: Duration.minutes(2).toMilliseconds(),
          periods: 3,
        },
        {
          kind: 'records-left',
          says: 'What was parked of the search index could not be indexed in another try either.',
          metric: measured('parkedLeft', jobs.functions['redrive-search']!, Stats.MAXIMUM),
          threshold: 1,
        },
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

/** Everything that an alarm watches. `parked` counts the records that consumers parked. */
export const watchesOf = (
  stacks: Stacks,
  functions: Readonly<Record<string, ParleyFunction>>,
  parked: Metric,
): Watch[] => [
  ...functionWatches(functions),
  ...streamWatches(stacks, parked),
  ...jobWatches(stacks),
  ...queueWatches(stacks),
  ...hookWatches(stacks),
  ...apiWatches(stacks),
  ...searchWatches(stacks),
];
