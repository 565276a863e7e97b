/** The CDK app: `npx cdk deploy --all -c stage=dev -c issuerUrl=https://…` (see docs/deploy.md). */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { configFrom } from './config.ts';
import { bundleAll } from './constructs/bundles.ts';
import { addParley } from './parley.ts';
import { acknowledge } from './suppressions.ts';

const app = new App();
const config = configFrom((key) => app.node.tryGetContext(key));
const parley = addParley(app, config, await bundleAll());
// What the emulator cannot do (TLS, access logs) is missing locally, and nothing there needs guarding.
if (config.stage !== 'local') {
  acknowledge(parley, config);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
app.synth();
