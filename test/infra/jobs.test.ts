import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { FAN_OUT } from '#contract/entries.ts';
import type { Job } from '#contract/jobs.ts';
import { JobsStack } from '#infra/jobs-stack.ts';
import { exampleConfig } from '#infra/synthesise.ts';

const job = (name: string, everyMinutes: number): Job => ({
  name,
  everyMinutes,
  entry: { ...FAN_OUT, file: `functions/jobs/${name}.lambda.ts` as const, uses: ['table:query'] },
});

const resources = {
  tableName: 'parley',
  tableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/parley',
  tableKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/parley',
};

it('gives each job a rule that may start it, and no second try', () => {
  const jobs = [job('tidy', 1), job('sweep', 60)];
  const bundles = Object.fromEntries(jobs.map(({ entry }) => [entry.file, import.meta.dirname]));
  const stack = new JobsStack(new App(), 'jobs', { config: exampleConfig('dev'), bundles }, resources, jobs);
  expect(stack.everyMinutes).toEqual({ tidy: 1, sweep: 60 });
  const template = Template.fromStack(stack);
  for (const [name, rate] of [
    ['tidy', 'rate(1 minute)'],
    ['sweep', 'rate(1 hour)'],
  ] as const)
    template.hasResourceProperties('AWS::Events::Rule', {
      Name: `parley-dev-${name}`,
      ScheduleExpression: rate,
      Targets: [{ Id: name, Arn: Match.anyValue(), RetryPolicy: { MaximumRetryAttempts: 0 } }],
    });
  template.resourceCountIs('AWS::Events::Rule', 2);
  template.allResourcesProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
  template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 2);
  const rules = Object.keys(template.findResources('AWS::Events::Rule'));
  const sources = Object.values(template.findResources('AWS::Lambda::Permission')).map(
    ({ Properties }) => [Properties.Principal, Properties.SourceArn['Fn::GetAtt'][0]] as const,
  );
  expect(sources.sort()).toEqual(rules.map((rule) => ['events.amazonaws.com', rule] as const).sort());
});
