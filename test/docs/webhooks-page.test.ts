import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PUBLISHED_TYPES } from '#contract/published-events.ts';
import { TEST_TYPE } from '#contract/webhooks.ts';
import { mintWebhookSecret, signatureHeaders } from '#gateways/webhook-signature.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'webhooks.md'), 'utf8');
const [, example = ''] = /```js\n(.*?)```/s.exec(page) ?? [];

type IsGenuine = (secret: string, headers: Readonly<Record<string, string>>, body: string) => boolean;
const { isGenuine } = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(example)}`)) as {
  isGenuine: IsGenuine;
};

describe('the page of webhooks', () => {
  it('lists every type, and no other', () => {
    const listed = [...page.matchAll(/^\| `([a-z.]+)` \|/gm)]
      .map(([, type]) => type!)
      .filter((type) => type !== 'type');
    expect(listed.sort()).toEqual([...PUBLISHED_TYPES, TEST_TYPE].sort());
  });

  it('shows how to verify a request, in fifteen lines that do', () => {
    const lines = example.split('\n').filter((line) => line !== '' && !line.startsWith('/**'));
    expect(lines.length).toBeLessThanOrEqual(15);
    const [secret, other] = [mintWebhookSecret(), mintWebhookSecret()];
    const timestamp = Math.floor(Date.now() / 1_000);
    const signed = { id: 'evt_AZqYt2a0cK6fPpQ1mWk3Zg', timestamp, payload: '{"a":"é"}' };
    const headers = signatureHeaders([other, secret], signed);
    expect(isGenuine(secret, headers, signed.payload)).toBe(true);
    expect(isGenuine(other, headers, signed.payload)).toBe(true);
    expect(isGenuine(mintWebhookSecret(), headers, signed.payload)).toBe(false);
    expect(isGenuine(secret, headers, '{"a":"e"}')).toBe(false);
    expect(isGenuine(secret, { ...headers, 'webhook-id': 'evt_other' }, signed.payload)).toBe(false);
    expect(isGenuine(secret, {}, signed.payload)).toBe(false);
    const old = signatureHeaders([secret], { ...signed, timestamp: timestamp - 600 });
    expect(isGenuine(secret, old, signed.payload)).toBe(false);
  });
});
