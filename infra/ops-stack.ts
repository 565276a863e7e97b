import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Dashboard, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { METRIC_NAMESPACE } from '#contract/metrics.ts';
import { type Config, prefixOf } from './config.ts';
import type { ParleyFunction } from './constructs/parley-function.ts';
import { widgetsOf } from './dashboard.ts';
import type { Stacks } from './stacks.ts';
import { watchesOf } from './watches.ts';

/** Where a person who was woken starts reading; the part after `#` is the alarm's kind. */
const RUNBOOK = 'docs/runbook.md';

/** The event that `runtime/consumer.ts` logs when it parks a record. */
const PARKED_EVENT = 'consumer.parked';

/** What is watched: a dashboard, and alarms that each name their section of the runbook. */
export class OpsStack extends Stack {
  constructor(scope: Construct, id: string, config: Config, parley: Stacks, props?: StackProps) {
    super(scope, id, props);
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    if (config.alarmEmail) topic.addSubscription(new EmailSubscription(config.alarmEmail));

    const functions: Readonly<Record<string, ParleyFunction>> = {
      ...parley.services.functions,
      ...parley.realtime.functions,
      ...parley.stream.functions,
      ...parley.jobs.functions,
      ...parley.hooks.functions,
      ...parley.media.functions,
      ...parley.delivery.functions,
    };
    const parked = this.parkedRecords(config, parley.stream.functions);
    for (const watch of watchesOf(parley, functions, parked)) {
      const name = watch.of ? `${watch.kind}-${watch.of}` : watch.kind;
      new Alarm(this, name, {
        alarmName: `${prefixOf(config)}-${name}`,
        alarmDescription: `${watch.says} See ${RUNBOOK}#${watch.kind}`,
        metric: watch.metric,
        threshold: watch.threshold,
        evaluationPeriods: watch.periods ?? 1,
        comparisonOperator: watch.below
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // Where too little is the trouble, nothing at all is the worst of it.
        treatMissingData: watch.below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(new SnsAction(topic));
    }
    new Dashboard(this, 'Dashboard', {
      dashboardName: prefixOf(config),
      widgets: widgetsOf(config, parley, functions, parked),
    });
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn });
  }

  /** Consumers log a line for each record they park; the line is counted. */
  private parkedRecords(config: Config, consumers: Readonly<Record<string, ParleyFunction>>): Metric {
    const metric = new Metric({
      namespace: METRIC_NAMESPACE,
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
}
