import { describe, expect, it } from 'vitest';
import { mintWebhookSecret, signatureHeaders } from '#gateways/webhook-signature.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('a signature', () => {
  it('is the one of the specification’s own libraries', () => {
    const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, payload: '{"test": 2432232314}' };
    expect(signatureHeaders([SECRET], signed)).toEqual({
      'webhook-id': signed.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is over the bytes of the body, as OpenSSL computes it', () => {
    const payload = '{"type":"message.created","data":{"é":"🧵"}}';
    const signed = { id: 'evt_AZqYt2a0cK6fPpQ1mWk3Zg', timestamp: 1_795_253_400, payload };
    expect(signatureHeaders([SECRET], signed)['webhook-signature']).toBe(
      'v1,Et6Wg09bcvxrgdeotTeGGGN2koX9FAS0ziOMBGecYN4=',
    );
  });

  it('is given for each secret, the newest first', () => {
    const signed = { id: 'evt_1', timestamp: 1, payload: '{}' };
    const other = mintWebhookSecret();
    const one = signatureHeaders([other], signed)['webhook-signature'];
    const both = signatureHeaders([other, SECRET], signed)['webhook-signature']!.split(' ');
    expect(both).toHaveLength(2);
    expect(both[0]).toBe(one);
  });
});

it('secrets are 32 random bytes, each another', () => {
  const secrets = Array.from({ length: 100 }, mintWebhookSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  }
});
