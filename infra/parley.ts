import { type App, CliCredentialsStackSynthesizer, type StackProps, Tags } from 'aws-cdk-lib';
import { type Config, prefixOf } from './config.ts';
import type { Bundles } from './constructs/bundles.ts';
import { DataStack } from './data-stack.ts';
import { MediaStack } from './media-stack.ts';
import { OpsStack } from './ops-stack.ts';
import { RealtimeStack } from './realtime-stack.ts';
import { RestStack } from './rest-stack.ts';
import { StreamStack } from './stream-stack.ts';

/** The stacks of a deployment; each stands on those before it, none inside another. */
export interface Parley {
  readonly data: DataStack;
  readonly realtime: RealtimeStack;
  readonly media: MediaStack;
  readonly rest: RestStack;
  readonly stream: StreamStack;
  readonly ops: OpsStack;
}

/** Adds a whole deployment to the app. */
export function addParley(app: App, config: Config, bundles: Bundles): Parley {
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
  const [restId, restProps] = named('rest');
  const rest = new RestStack(app, restId, setting, media.resources, restProps);
  const [streamId, streamProps] = named('stream');
  const stream = new StreamStack(app, streamId, setting, data, media.resources, streamProps);
  const [opsId, opsProps] = named('ops');
  const ops = new OpsStack(app, opsId, config, { data, realtime, media, rest, stream }, opsProps);
  Tags.of(app).add('parley:deployment', prefix);
  return { data, realtime, media, rest, stream, ops };
}
