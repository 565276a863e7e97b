/**
 * `npm run media-key -- --stage prod [--name parley] [--folder media-keys]`: makes a key pair that addresses of the CDN are
 * signed with, puts its private half into Secrets Manager before the one that is there, and its public half into a file. Nothing is signed
 * with it before a deployment knows the file (docs/deploy.md).
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ResourceNotFoundException, SecretsManager } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { fingerprintOf } from '#gateways/cdn-url.ts';

const Secret = z.object({ privateKeys: z.array(z.string()) });

/** Private halves that are kept: the new one, and the one that addresses are signed with until it is deployed. */
const KEPT = 2;

/** Puts a new private key before those of a secret, which is made where there is none. */
export async function addMediaKey(
  secrets: SecretsManager,
  SecretId: string,
): Promise<{ readonly arn: string; readonly publicKey: string; readonly fingerprint: string }> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const known = await secrets.getSecretValue({ SecretId }).catch((error: unknown) => {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  });
  const before = known ? Secret.parse(JSON.parse(known.SecretString ?? '')).privateKeys : [];
  const SecretString = JSON.stringify({ privateKeys: [pem, ...before].slice(0, KEPT) });
  const { ARN } = known
    ? await secrets.putSecretValue({ SecretId, SecretString })
    : await secrets.createSecret({ Name: SecretId, SecretString });
  return {
    arn: ARN!,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    fingerprint: fingerprintOf(publicKey),
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string' },
      name: { type: 'string', default: 'parley' },
      folder: { type: 'string', default: 'media-keys' },
    },
  });
  if (!values.stage) throw new Error('Say for which stage: npm run media-key -- --stage prod');
  const { arn, publicKey, fingerprint } = await addMediaKey(
    new SecretsManager(),
    `${values.name}-${values.stage}-media-key`,
  );
  const file = join(values.folder, `${fingerprint}.pem`);
  mkdirSync(values.folder, { recursive: true });
  writeFileSync(file, publicKey);
  console.log(`The public key is in ${file}. In parley.config.json, stage ${values.stage}:`);
  console.log(
    `  "cdn": { "signingKeyArn": "${arn}", "publicKeys": ["${file}", (the one before, until the next deployment)] }`,
  );
}
