import { createHmac } from 'node:crypto';
import { callService, SECRETS_MANAGER } from '#aws/json-protocol.ts';
import { ENV } from '#contract/environment.ts';

/** What a derived key signs; each purpose has its own, so that a cursor can never pass for a ticket. */
export type Purpose = 'cursor' | 'ticket' | 'invitation' | 'search' | 'search-terms';

let secret: Promise<string> | undefined;

const read = async (): Promise<string> => {
  const SecretId = process.env[ENV.signingKey];
  if (!SecretId) throw new Error(`${ENV.signingKey} is not set: the function was deployed without its signing key`);
  const { SecretString } = await callService(SECRETS_MANAGER, 'GetSecretValue', { SecretId });
  if (typeof SecretString !== 'string' || SecretString.length < 32)
    throw new Error('the signing secret is missing or too short');
  return SecretString;
};

/**
 * The service's signing key for one purpose (32 bytes), derived from the secret in Secrets Manager. The secret is read
 * once per execution environment; a failed read is tried again by the next request.
 */
export const signingKey = async (purpose: Purpose): Promise<Buffer> => {
  secret ??= read().catch((error: unknown) => {
    secret = undefined;
    throw error;
  });
  return createHmac('sha256', await secret)
    .update(`parley/${purpose}`)
    .digest();
};
