import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** A secret as receivers keep it: the specification asks for 24 to 64 random bytes. */
export const mintWebhookSecret = (): string => PREFIX + randomBytes(32).toString('base64');

/** What is signed. */
export interface Signed {
  readonly id: string;
  /** Seconds since 1970, of this attempt. */
  readonly timestamp: number;
  /** The body, to the byte. */
  readonly payload: string;
}

const signatureOf = (secret: string, { id, timestamp, payload }: Signed): string => {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${payload}`).digest('base64')}`;
};

/**
 * The headers by which a receiver knows who speaks, when, and whether it has heard this before: Standard Webhooks
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md), one signature for each secret.
 */
export const signatureHeaders = (secrets: readonly string[], signed: Signed): Record<string, string> => ({
  'webhook-id': signed.id,
  'webhook-timestamp': String(signed.timestamp),
  'webhook-signature': secrets.map((secret) => signatureOf(secret, signed)).join(' '),
});
