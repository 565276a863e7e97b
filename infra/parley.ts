import { type App, CliCredentialsStackSynthesizer, type StackProps, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { deployedJobs } from '#contract/jobs.ts';
import { type Config, prefixOf } from './config.ts';
import type { Bundles } from './constructs/bundles.ts';
import { DataStack } from './data-stack.ts';
import { DeliveryStack } from './delivery-stack.ts';
import { HooksStack } from './hooks-stack.ts';
import { JobsStack } from './jobs-stack.ts';
import { MediaStack } from './media-stack.ts';
import { OpsStack } from './ops-stack.ts';
import { RealtimeStack } from './realtime-stack.ts';
import { RestStack } from './rest-stack.ts';
import { ServicesStack } from './services-stack.ts';
import type { Stacks } from './stacks.ts';
import { StreamStack } from './stream-stack.ts';
import { acknowledge } from './suppressions.ts';

/** Adds a whole deployment to the app, checked by cdk-nag outside `local`: a finding without a reason stops the synthesis. */
export function addParley(app: App, config: Config, bundles: Bundles): Stacks {
  const prefix = prefixOf(config);
  const setting = { config, bundles };
  const named = (part: string): [id: string, StackProps] => [
    `${prefix}-${part}`,
    {
      description: `Parley (${config.stage}): ${part}`,
      env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
      terminationProtection: config.stage === 'prod' && part === 'data',
      // Bootstrapped roles are refused where the emulator enforces IAM.
      synthesizer: config.stage === 'local' && config.iam ? new CliCredentialsStackSynthesizer() : undefined,
    },
  ];
  const [dataId, dataProps] = named('data');
  const data = new DataStack(app, dataId, config, dataProps);
  const [realtimeId, realtimeProps] = named('realtime');
  const realtime = new RealtimeStack(app, realtimeId, setting, data, realtimeProps);
  const [mediaId, mediaProps] = named('media');
  const media = new MediaStack(app, mediaId, setting, data, realtime.resources, mediaProps);
  const [deliveryId, deliveryProps] = named('delivery');
  const delivery = new DeliveryStack(app, deliveryId, setting, data, media.resources, deliveryProps);
  const [servicesId, servicesProps] = named('services');
  const services = new ServicesStack(app, servicesId, setting, delivery.resources, servicesProps);
  const [restId, restProps] = named('rest');
  const rest = new RestStack(app, restId, config, services, restProps);
  const [streamId, streamProps] = named('stream');
  const stream = new StreamStack(app, streamId, setting, data, media.resources, streamProps);
  const [jobsId, jobsProps] = named('jobs');
  const jobs = new JobsStack(app, jobsId, setting, media.resources, deployedJobs(data.domain !== undefined), jobsProps);
  const [hooksId, hooksProps] = named('hooks');
  const hooks = new HooksStack(app, hooksId, setting, data, media.resources, hooksProps);
  const [opsId, opsProps] = named('ops');
  const stacks = { data, realtime, media, delivery, services, rest, stream, jobs, hooks };
  new OpsStack(app, opsId, config, stacks, opsProps);
  Tags.of(app).add('parley:deployment', prefix);
  // What the emulator cannot do (TLS, access logs) is missing locally, and nothing there needs guarding.
  if (config.stage !== 'local') {
    acknowledge(stacks);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  }
  return stacks;
}
