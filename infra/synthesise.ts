import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { type Config, configFrom, ROOT, type Stage } from './config.ts';
import type { Bundles } from './constructs/bundles.ts';
import { addParley } from './parley.ts';
import type { Stacks } from './stacks.ts';

/** A public key whose private half nobody has. */
const PUBLIC_KEY = [
  '-----BEGIN PUBLIC KEY-----',
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAoSKPVUSh69RvRgz7o2eD',
  'J0WVy3Mslil5XvoWDsybOTJCijs4LmrKnPiOfdgiVw/UvnVwYoC58Qul4UuIIuc6',
  'gPdzYI3pwFLKSV0TP5bt3ac/L6l8+yo+lVAa39W6xoH+f3nM/UHZemQwN9rF5RCE',
  'gd6FySkkbiyd6CqZUKonrTnFcCxdmv2+X7kDjO2eDlzcaWH09E4Z3eZznRMnv5vJ',
  'iWgEvGZrgy13bXUIpmikELJ0nos1JPTyD4lrTI7Om973fGpLcJdl8svPDABOEyjc',
  'E1gu/JaNj9f6xfYpjM5J32tsNsGjp16B0X4oClv7MkJPQNTPvjX1JwTBp9Y6KK+Y',
  'uwIDAQAB',
  '-----END PUBLIC KEY-----',
].join('\n');

/** What a stage needs and nobody has given: for checks that only look at the templates. */
const EXAMPLE: Readonly<Record<Stage, Readonly<Record<string, string>>>> = {
  local: {
    issuerUrl: 'http://127.0.0.1:4500',
    emulatorEndpoint: 'http://127.0.0.1:4566',
    searchUrl: 'http://127.0.0.1:9200',
  },
  dev: { issuerUrl: 'https://issuer.example' },
  prod: {
    issuerUrl: 'https://issuer.example',
    alarmEmail: 'operations@example.com',
    'cdn.publicKeys': PUBLIC_KEY,
    'cdn.signingKeyArn': 'arn:aws:secretsmanager:us-east-1:000000000000:secret:parley-prod-media-key-AbCdEf',
  },
};

/** The configuration of a stage with example values, and whatever else is given as `-c key=value` would be. */
export const exampleConfig = (stage: Stage, given: Readonly<Record<string, string>> = {}): Config =>
  configFrom((key) => ({ ...EXAMPLE[stage], ...given, stage })[key], {});

/** Synthesises a deployment in this process, as the CDK CLI would with the same cdk.json. */
export function synthesise(
  config: Config,
  bundles: Bundles,
  outdir?: string,
): { readonly app: App; readonly stacks: Stacks; readonly assembly: CloudAssembly } {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  const app = new App({ context, outdir, analyticsReporting: false });
  const stacks = addParley(app, config, bundles);
  return { app, stacks, assembly: app.synth() };
}
