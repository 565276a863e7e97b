import '../support/aws-env.ts';
import { createPublicKey, randomUUID } from 'node:crypto';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { fingerprintOf, keyToSignWith } from '#gateways/cdn-url.ts';
import { addMediaKey } from '../../tools/media-key.ts';
import { emulatorEndpoint } from '../support/aws-env.ts';

it('a new key of the CDN stands before the one that signs until it is deployed, and the one before that is gone', async () => {
  const secrets = new SecretsManager({ endpoint: emulatorEndpoint() });
  const name = `media-key-${randomUUID()}`;
  const made = [await addMediaKey(secrets, name), await addMediaKey(secrets, name), await addMediaKey(secrets, name)];
  expect(new Set(made.map(({ arn }) => arn)).size).toBe(1);
  for (const { publicKey, fingerprint } of made) expect(fingerprintOf(createPublicKey(publicKey))).toBe(fingerprint);
  const { SecretString } = await secrets.getSecretValue({ SecretId: made[0]!.arn });
  const { privateKeys } = JSON.parse(SecretString!) as { privateKeys: string[] };
  expect(privateKeys).toHaveLength(2);
  const [first, second, third] = made.map(({ fingerprint }) => fingerprint) as [string, string, string];
  expect(keyToSignWith(privateKeys, { [second]: 'K2' }).id).toBe('K2');
  expect(keyToSignWith(privateKeys, { [second]: 'K2', [third]: 'K3' }).id).toBe('K3');
  expect(() => keyToSignWith(privateKeys, { [first]: 'K1' })).toThrow();
});
