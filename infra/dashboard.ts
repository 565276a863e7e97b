import { Duration } from 'aws-cdk-lib';
import {
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  MathExpression,
  type Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { type Counted, MEASURES, METRIC_NAMESPACE, METRICS, type Measured } from '#contract/metrics.ts';
import { type Config, prefixOf } from './config.ts';
import type { ParleyFunction } from './constructs/parley-function.ts';
import type { Stacks } from './stacks.ts';
import { iteratorAge, LAMBDA_THROTTLES, socketMetric } from './watches.ts';

/** What all functions of a deployment counted together; a search, because which of them count it may change. */
const total = (config: Config, what: Counted): MathExpression =>
  new MathExpression({
    label: METRICS[what],
    expression: `SUM(SEARCH('{${METRIC_NAMESPACE},function} MetricName="${METRICS[what]}" ${prefixOf(config)}', 'Sum', 300))`,
    period: Duration.minutes(5),
  });

/** A percentile of what functions measured, of the function where it is the highest. */
const worst = (config: Config, what: Measured, percentile: string): MathExpression =>
  new MathExpression({
    label: `${MEASURES[what][0]} ${percentile}`,
    expression: `MAX(SEARCH('{${METRIC_NAMESPACE},function} MetricName="${MEASURES[what][0]}" ${prefixOf(config)}', '${percentile}', 300))`,
    period: Duration.minutes(5),
  });

/** One line a code that anybody was refused with. */
const refusalsByCode = (config: Config): MathExpression =>
  new MathExpression({
    label: '',
    expression: `SEARCH('{${METRIC_NAMESPACE},function,code} MetricName="${METRICS.refused}" ${prefixOf(config)}', 'Sum', 300)`,
    period: Duration.minutes(5),
  });

/** What the dashboard shows, row by row. `parked` counts the records that consumers parked. */
export function widgetsOf(
  config: Config,
  { data, rest, realtime, media, stream }: Stacks,
  functions: Readonly<Record<string, ParleyFunction>>,
  parked: Metric,
): IWidget[][] {
  const each = (of: (made: ParleyFunction) => IMetric) => Object.values(functions).map(of);
  const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
    new GraphWidget({ title, left, right, width: 12, height: 6 });
  const { api } = rest;
  const rate = new MathExpression({
    label: '% delivered',
    expression: '100 * delivered / (delivered + undelivered)',
    usingMetrics: { delivered: total(config, 'delivered'), undelivered: total(config, 'undelivered') },
    period: Duration.minutes(5),
  });
  // The gateway counts connects but not what is open. Closed without a word ends after two hours, and is missing here.
  const open = new MathExpression({
    label: 'open',
    expression: 'RUNNING_SUM(connects - disconnects - gone)',
    usingMetrics: {
      connects: total(config, 'connects'),
      disconnects: total(config, 'disconnects'),
      gone: total(config, 'gone'),
    },
    period: Duration.minutes(5),
  });
  return [
    [
      graph('REST: requests and errors', [api.metricCount()], [api.metricClientError(), api.metricServerError()]),
      graph('REST: latency', [api.metricLatency({ statistic: 'p50' }), api.metricLatency({ statistic: 'p99' })]),
    ],
    [
      graph(
        'Messages sent, sockets reached',
        (['sent', 'delivered', 'queued', 'undelivered'] as const).map((what) => total(config, what)),
        [rate],
      ),
      graph('Refusals by code', [refusalsByCode(config)]),
    ],
    [graph('Reactions', [total(config, 'reactions')]), graph('Unread counts worked out', [total(config, 'unread')])],
    [
      graph(
        'Resumes: answered, conversations, events',
        (['resumes', 'resumedConversations', 'resumedEvents'] as const).map((what) => total(config, what)),
      ),
      graph('Resumes: bytes of events', [total(config, 'resumedBytes')]),
    ],
    [
      graph('Members to be notified', [total(config, 'notified')]),
      graph(
        'Webhooks: taken, to be tried again, given up',
        (['webhooksDelivered', 'webhooksRetried', 'webhooksFailed'] as const).map((what) => total(config, what)),
        [data.webhooks.queue.metricApproximateNumberOfMessagesVisible()],
      ),
    ],
    [
      graph(
        'Searches: asked, not answered, not tried; times the engine was left alone',
        (['searches', 'searchesFailed', 'searchesRejected', 'searchPauses'] as const).map((what) =>
          total(config, what),
        ),
      ),
      graph('Search: ms from let in to answered', [
        worst(config, 'searchLatency', 'p50'),
        worst(config, 'searchLatency', 'p99'),
      ]),
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
      graph(
        'Sockets: opened and closed; open, from the left edge on',
        [
          socketMetric(realtime.api.apiId, 'ConnectCount'),
          ...(['connects', 'disconnects', 'gone'] as const).map((what) => total(config, what)),
        ],
        [open],
      ),
      graph(
        'Push: ms from stored to posted; events a frame',
        [worst(config, 'pushLatency', 'p50'), worst(config, 'pushLatency', 'p99')],
        [worst(config, 'gathered', 'p50')],
      ),
    ],
    [
      graph(
        'Search index: documents taken, old ones, refused ones, bulks',
        (['indexed', 'superseded', 'rejected', 'bulks'] as const).map((what) => total(config, what)),
      ),
      graph('Search index: ms from changed to indexed', [
        worst(config, 'indexLag', 'p50'),
        worst(config, 'indexLag', 'p95'),
      ]),
    ],
    [
      graph('Posts and frames', [
        socketMetric(realtime.api.apiId, 'MessageCount'),
        ...(['delivered', 'failing', 'stragglers'] as const).map((what) => total(config, what)),
      ]),
      graph(
        'Stragglers',
        [data.stragglers.metricApproximateNumberOfMessagesVisible()],
        [data.stragglers.metricApproximateAgeOfOldestMessage()],
      ),
    ],
    [
      graph(
        'Stream: how far behind; records parked, and left after another try',
        Object.values(stream.functions).map(iteratorAge),
        [parked, worst(config, 'parkedLeft', 'p99')],
      ),
      graph('Set aside', [
        data.deadStragglers.metricApproximateNumberOfMessagesVisible(),
        data.notifications.dead.metricApproximateNumberOfMessagesVisible(),
        data.webhooks.dead.metricApproximateNumberOfMessagesVisible(),
        media.failedUploads.metricApproximateNumberOfMessagesVisible(),
      ]),
    ],
    [
      graph('Table: units', [
        data.table.metricConsumedReadCapacityUnits(),
        data.table.metricConsumedWriteCapacityUnits(),
      ]),
      graph(
        'Uploads',
        Object.values(media.functions).map((made) => made.function.metricDuration({ statistic: 'p90' })),
      ),
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
  ];
}
