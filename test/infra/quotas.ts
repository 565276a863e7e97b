import { statSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { STAGES, type Stage } from '#infra/config.ts';
import { deployment, type Resource, resourcesOf } from './deployment.ts';

/**
 * Limits of CloudFormation, API Gateway, Lambda and IAM:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const LIMITS = {
  'resources in a template': 500,
  'outputs in a template': 200,
  'bytes of a template': 1_000_000,
  'resources of a REST API': 300,
  'gateway authorizers': 10,
  'routes of a WebSocket API': 300,
  'bytes of a function’s environment': 4_096,
  'layers of a function': 5,
  'bytes of a role’s inline policies': 10_240,
  'bytes of a function’s resource policy': 20_480,
} as const;
type Limit = keyof typeof LIMITS;

/** The most of each that any stage needs. */
const most = new Map<Limit, { readonly value: number; readonly where: string }>();

const within = (limit: Limit, value: number, where: string): void => {
  expect(value, `${limit}: ${where}`).toBeLessThanOrEqual(LIMITS[limit]);
  if (value >= (most.get(limit)?.value ?? -1)) most.set(limit, { value, where });
};

/** Bytes as deployed, with 60 for each reference: no ARN of ours is shorter than it is written here by more than that. */
const bytes = (value: unknown): number => {
  let references = 0;
  const text = JSON.stringify(value, (key, inner) => {
    if (key === 'Ref' || key === 'Fn::GetAtt' || key === 'Fn::ImportValue') references++;
    return inner;
  });
  return Buffer.byteLength(text ?? '') + 60 * references;
};

const named = ({ id, stack }: { id: string; stack: string }, stage: Stage) => `${stage} ${stack} ${id}`;

describe.each(STAGES)('stage %s', (stage) => {
  it('stays within what a template may hold', () => {
    for (const { stack, file, resources, outputs } of deployment(stage).templates) {
      within('resources in a template', Object.keys(resources).length, `${stage} ${stack}`);
      within('outputs in a template', Object.keys(outputs).length, `${stage} ${stack}`);
      within('bytes of a template', statSync(file).size, `${stage} ${stack}`);
    }
  });

  it('stays within what an API may hold', () => {
    within('resources of a REST API', resourcesOf(stage, 'AWS::ApiGateway::Resource').length, stage);
    within('gateway authorizers', resourcesOf(stage, 'AWS::ApiGateway::Authorizer').length, stage);
    within('routes of a WebSocket API', resourcesOf(stage, 'AWS::ApiGatewayV2::Route').length, stage);
  });

  it('stays within what a function may have', () => {
    const permissions = resourcesOf(stage, 'AWS::Lambda::Permission');
    for (const made of resourcesOf(stage, 'AWS::Lambda::Function')) {
      const { Environment, Layers = [], Timeout, MemorySize } = made.Properties;
      within('bytes of a function’s environment', bytes(Environment.Variables), named(made, stage));
      within('layers of a function', Layers.length, named(made, stage));
      const own = permissions.filter(
        ({ Properties, stack }) =>
          stack === made.stack && JSON.stringify(Properties.FunctionName).includes(`"${made.id}"`),
      );
      within(
        'bytes of a function’s resource policy',
        own.reduce((sum, one) => sum + bytes(one.Properties) + 100, 0),
        named(made, stage),
      );
      expect(Timeout).toBeLessThanOrEqual(900);
      expect(MemorySize).toBeLessThanOrEqual(10_240);
    }
  });

  it('stays within what a role may say', () => {
    for (const role of resourcesOf(stage, 'AWS::IAM::Role')) {
      const policies: Resource['Properties'][] = role.Properties.Policies ?? [];
      const size = policies.reduce((sum, { PolicyDocument }) => sum + bytes(PolicyDocument), 0);
      within('bytes of a role’s inline policies', size, named(role, stage));
    }
  });

  it('answers before API Gateway gives up', () => {
    const behind = resourcesOf(stage, 'AWS::Lambda::Function').filter(({ stack }) => stack === 'services');
    for (const { Properties } of behind) expect(Properties.Timeout).toBeLessThan(29);
  });
});

afterAll(() => {
  const rows = [...most].map(([limit, { value, where }]) => ({
    quota: limit,
    limit: LIMITS[limit],
    most: value,
    'room left': `${Math.floor(100 * (1 - value / LIMITS[limit]))} %`,
    where,
  }));
  console.table(rows);
});
