import { Aws, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnRule, Schedule } from 'aws-cdk-lib/aws-events';
import { EventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Job } from '#contract/jobs.ts';
import { functionName, ParleyFunction, type Setting } from './constructs/parley-function.ts';
import type { Resources } from './grants.ts';

/**
 * What runs by the clock: a rule and a function a job (ADR 0010). A start that fails is not repeated, since the next one
 * finds the same work in the table.
 */
export class JobsStack extends Stack {
  readonly functions: Readonly<Record<string, ParleyFunction>>;
  /** Minutes from one start to the next, by job. */
  readonly everyMinutes: Readonly<Record<string, number>>;

  constructor(
    scope: Construct,
    id: string,
    setting: Setting,
    resources: Resources,
    jobs: readonly Job[],
    props?: StackProps,
  ) {
    super(scope, id, props);
    this.everyMinutes = Object.fromEntries(jobs.map(({ name, everyMinutes }) => [name, everyMinutes]));
    this.functions = Object.fromEntries(
      jobs.map(({ name, everyMinutes, entry }) => {
        const made = new ParleyFunction(this, name, { setting, name, entry, resources });
        const rate = Duration.minutes(everyMinutes);
        new EventInvokeConfig(this, `${name}-retries`, {
          function: made.function,
          retryAttempts: 0,
          maxEventAge: Duration.minutes(Math.min(everyMinutes, 60)),
        });
        const rule = new CfnRule(this, `${name}-rule`, {
          name: functionName(setting.config, name),
          description: `Starts ${entry.file}`,
          scheduleExpression: Schedule.rate(rate).expressionString,
          targets: [{ id: name, arn: made.function.functionArn, retryPolicy: { maximumRetryAttempts: 0 } }],
        });
        made.allow('Start', 'events.amazonaws.com', { arn: rule.attrArn, account: Aws.ACCOUNT_ID });
        return [name, made];
      }),
    );
  }
}
