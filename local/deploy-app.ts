import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import { lastLines, run } from './command.ts';
import { type Instance, ROOT, type Stack, saveStack } from './instance.ts';
import { Problem } from './problem.ts';
import { untilHealthy } from './processes.ts';
import type { Services } from './start-services.ts';
import { step } from './steps.ts';

const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
const NODE_FOLDER = join(ROOT, 'node_modules/node/bin');

/** The account's root at the emulator; whatever else is in the environment must not reach a real account from here. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

/** The environment in which the CDK and the SDK talk to the stack's endpoint and to nothing else. */
export function localAwsEnvironment(stack: Stack): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
    delete env[name];
  return {
    ...env,
    PATH: [NODE_FOLDER, process.env.PATH].join(delimiter),
    AWS_ENDPOINT_URL: stack.endpoint,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_REGION: stack.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
}

async function isBootstrapped(stack: Stack): Promise<boolean> {
  const cloudFormation = new CloudFormation({
    endpoint: stack.endpoint,
    region: stack.region,
    credentials: LOCAL_CREDENTIALS,
  });
  try {
    const { Stacks = [] } = await cloudFormation.describeStacks({ StackName: 'CDKToolkit' });
    return Stacks.some(({ StackStatus }) => StackStatus?.endsWith('_COMPLETE'));
  } catch {
    return false;
  }
}

async function cdk(args: readonly string[], stack: Stack, cwd: string, onNote: (note: string) => void): Promise<void> {
  const { code, output } = await run(join(NODE_FOLDER, 'node'), [CDK, ...args, '--no-notices', '--ci'], {
    cwd,
    env: localAwsEnvironment(stack),
    onLine: onNote,
  });
  if (code !== 0) throw new Problem(`cdk ${args[0]} failed; its last lines say why:\n${lastLines(output, 30)}`);
}

const Outputs = z.record(z.string(), z.record(z.string(), z.string()));

function outputsOf(file: string): Record<string, string> {
  return Object.assign({}, ...Object.values(Outputs.parse(JSON.parse(readFileSync(file, 'utf8')))));
}

/** Bootstraps and deploys the app to the stack's endpoint, waits until it is healthy, and completes the stack file. */
export async function deployApp(
  instance: Instance,
  { stack, searchReady }: Services,
  options: { readonly iam: boolean },
): Promise<Stack> {
  const { searchUrl } = stack;
  if (!searchUrl) throw new Problem('The app needs a search engine: start it with npm run services.');
  await step('CDK bootstrap', async ({ note, done }) => {
    if (await isBootstrapped(stack)) return done('already there');
    // From a folder without a cdk.json: bootstrapping an account needs no app, and would run it if it found one.
    await cdk(['bootstrap', `aws://${stack.accountId}/${stack.region}`], stack, instance.directory, note);
  });
  const outputsFile = join(instance.directory, 'outputs.json');
  await step('CDK deploy', async ({ note }) => {
    const context = {
      stage: 'local',
      emulatorEndpoint: stack.endpoint,
      searchUrl,
      issuerUrl: stack.issuer,
      iam: String(options.iam),
    };
    await cdk(
      [
        'deploy',
        '--all',
        '--require-approval=never',
        '--progress=events',
        `--outputs-file=${outputsFile}`,
        `--output=${join(instance.directory, 'cdk.out')}`,
        ...Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
      ],
      stack,
      ROOT,
      note,
    );
  });
  const outputs = outputsOf(outputsFile);
  const prefix = `${stack.endpoint}/_aws/execute-api`;
  const deployed: Stack = {
    ...stack,
    restUrl: `${prefix}/${outputs.RestApiId}/v1`,
    webSocketUrl: `${prefix.replace(/^http/, 'ws')}/${outputs.WebSocketApiId}/chat`,
    tableName: outputs.TableName,
    quarantineBucketName: outputs.QuarantineBucketName,
    cleanBucketName: outputs.CleanBucketName,
    outputs,
  };
  await searchReady();
  await step('Health', () => untilHealthy(`${deployed.restUrl}/health`, { seconds: 60 }));
  saveStack(instance, deployed);
  return deployed;
}
