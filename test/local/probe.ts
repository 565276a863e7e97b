import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll } from 'vitest';
import { emulatorEndpoint, startEmulator } from '#local/emulator/emulator.ts';
import { instanceNamed } from '#local/instance.ts';
import { type Recorded, stop } from '#local/processes.ts';

const instance = instanceNamed('probe', { PARLEY_EMULATOR_PORT: process.env.PARLEY_PROBE_PORT });

/** How every client of a test reaches the emulator; the account's root, whom nothing is denied. */
export const PROBE = {
  endpoint: emulatorEndpoint(instance),
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
} as const;

/** The port part of it, for sockets. */
export const PROBE_HOST = new URL(PROBE.endpoint).host;

const cloudFormation = new CloudFormation(PROBE);
const logs = new CloudWatchLogs(PROBE);

/**
 * Gives the tests of a file an emulator of their own, with IAM enforced.
 * `PARLEY_LEAVE_OPEN=<gap>,…` leaves gaps open, to see the tests fail that guard them.
 */
export function useProbe(): void {
  let started: Recorded | undefined;
  beforeAll(async () => {
    const leaveOpen = (process.env.PARLEY_LEAVE_OPEN ?? '').split(',').filter(Boolean);
    started = await startEmulator(instance, { enforceIam: true, ttlSeconds: 1, leaveOpen });
  });
  afterAll(async () => {
    if (started) await stop(instance, [started]);
  });
}

/** A CloudFormation resource. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: string | string[];
}

/** Deploys the resources as one stack and returns its outputs. */
export async function deploy(
  resources: Record<string, Resource>,
  outputs: Record<string, unknown> = {},
): Promise<Record<string, string>> {
  const StackName = `probe-${crypto.randomUUID().slice(0, 8)}`;
  await cloudFormation.createStack({
    StackName,
    Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
    TemplateBody: JSON.stringify({
      Resources: resources,
      Outputs: Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }])),
    }),
  });
  for (;;) {
    const { Stacks = [] } = await cloudFormation.describeStacks({ StackName });
    const stack = Stacks[0];
    if (stack?.StackStatus === 'CREATE_COMPLETE') {
      return Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    }
    if (stack?.StackStatus !== 'CREATE_IN_PROGRESS') {
      const { StackEvents = [] } = await cloudFormation.describeStackEvents({ StackName });
      const reasons = StackEvents.map((event) => event.ResourceStatusReason).filter(Boolean);
      throw new Error(`${StackName} ended as ${stack?.StackStatus}: ${reasons.join('; ')}`);
    }
  }
}

/** A unique resource name. */
export const uniqueName = (noun: string): string => `${noun}-${crypto.randomUUID().slice(0, 8)}`;

/** A function of that name (and its role) with this CommonJS source, under the template keys `Function` and `Role`. */
export function functionNamed(name: string, source: string, key = 'Function', timeout = 30): Record<string, Resource> {
  return {
    [`${key}Role`]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    [key]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: name,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Timeout: timeout,
        Role: { 'Fn::GetAtt': [`${key}Role`, 'Arn'] },
        Code: { ZipFile: source },
      },
    },
  };
}

/** What the function printed as JSON lines, in the order of its invocations' ends; an invocation's lines appear when it ends. */
export async function printed<T>(functionName: string): Promise<T[]> {
  try {
    const { events = [] } = await logs.filterLogEvents({ logGroupName: `/aws/lambda/${functionName}` });
    return events
      .map(({ message = '' }) => message.slice(Math.max(message.indexOf('{"'), 0)).trim())
      .filter((line) => line.startsWith('{"'))
      .map((line) => JSON.parse(line) as T);
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return [];
    throw error;
  }
}

/** The URI by which API Gateway invokes the function under this template key. */
export const invocationUri = (key: string): unknown => ({
  'Fn::Join': [
    '',
    ['arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/', { 'Fn::GetAtt': [key, 'Arn'] }, '/invocations'],
  ],
});

/** An access key of this IAM user: the emulator's CloudFormation has no such resource, and takes root's word unsigned. */
export async function accessKeyOf(UserName: string): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const credential = `${PROBE.credentials.accessKeyId}/20260101/us-east-1/iam/aws4_request`;
  const response = await fetch(PROBE.endpoint, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams({ Action: 'CreateAccessKey', Version: '2010-05-08', UserName }),
  });
  const answer = await response.text();
  const field = (name: string) => new RegExp(`<${name}>([^<]+)`).exec(answer)?.[1];
  const [accessKeyId, secretAccessKey] = [field('AccessKeyId'), field('SecretAccessKey')];
  if (!accessKeyId || !secretAccessKey) throw new Error(`no access key for ${UserName}: ${answer}`);
  return { accessKeyId, secretAccessKey };
}
