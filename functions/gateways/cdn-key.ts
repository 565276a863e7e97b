import * as z from 'zod';
import { callService, SECRETS_MANAGER } from '#aws/json-protocol.ts';
import { ENV } from '#contract/environment.ts';
import { type CdnKey, keyToSignWith } from './cdn-url.ts';

/** The variable `MEDIA_CDN`: where the CDN answers, the secret of its private keys, and its names of the public ones. */
const Cdn = z.object({ url: z.url(), secret: z.string(), keys: z.record(z.string(), z.string()) });

/** The secret: private keys as PEM, newest first (`npm run media-key` writes it). */
const Secret = z.object({ privateKeys: z.array(z.string()).min(1) });

/** Address of the CDN, and the key to sign with. */
interface SigningCdn {
  readonly url: string;
  readonly key: CdnKey;
}

let signing: Promise<SigningCdn> | undefined;

const read = async (text: string): Promise<SigningCdn> => {
  const { url, secret, keys } = Cdn.parse(JSON.parse(text));
  const { SecretString } = await callService(SECRETS_MANAGER, 'GetSecretValue', { SecretId: secret });
  const { privateKeys } = Secret.parse(JSON.parse(String(SecretString)));
  return { url, key: keyToSignWith(privateKeys, keys) };
};

/**
 * The CDN that media are downloaded from; undefined where there is none. Its secret is read once per execution environment,
 * which a deployment of another key ends; a failed read is tried again by the next request.
 */
export const cdn = async (): Promise<SigningCdn | undefined> => {
  const text = process.env[ENV.mediaCdn];
  if (!text) return undefined;
  signing ??= read(text).catch((error: unknown) => {
    signing = undefined;
    throw error;
  });
  return await signing;
};
