/** The CDK app: `cdk deploy --all -c stage=dev -c issuerUrl=https://…` (see docs/deploy.md). */
import { App } from 'aws-cdk-lib';
import { configFrom } from './config.ts';
import { bundleAll } from './constructs/bundles.ts';
import { addParley } from './parley.ts';

const app = new App();
addParley(
  app,
  configFrom((key) => app.node.tryGetContext(key)),
  await bundleAll(),
);
app.synth();
