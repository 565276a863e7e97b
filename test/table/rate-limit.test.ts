import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { sizeOfItem } from '#bench/item-size.ts';
import { api } from '#contract/api.ts';
import { ENV } from '#contract/environment.ts';
import { DEFAULT_RULES } from '#contract/tenant.ts';
import { admit, microsOf } from '#domain/rate-limit.ts';
import { handler } from '#functions/api/messages/messages.lambda.ts';
import { documents } from '#functions/aws/documents.ts';
import { scope } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { type BucketId, spend } from '#table/rate-bucket.ts';
import { storeSettings } from '#table/tenant-settings.ts';
import { call } from '#test/support/call.ts';
import { aGroup, denseLog, someClientId, textsOf } from '#test/support/conversations.ts';
import { useTable } from '#test/support/table.ts';

useTable();

let users = 0;
const someBucket = (): BucketId => ({ userId: `user-${users++}`, counted: 'messages' });
const tenant = scope('acme');
const AT = Date.now();

describe('the bucket in the table', () => {
  it('lets in exactly as many racing callers as the burst allows', async () => {
    const id = someBucket();
    const rate = { limit: 60, windowSeconds: 60, burst: 20 };
    const answers = await Promise.all(Array.from({ length: 64 }, () => spend(tenant, id, rate, AT)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(20);
    const later = await Promise.all(Array.from({ length: 16 }, () => spend(tenant, id, rate, AT + 3_000)));
    expect(later.filter(({ ok }) => ok)).toHaveLength(3);
  });

  it('does what the algorithm says, whatever was remembered of it', async () => {
    const rates = fc.record({
      limit: fc.integer({ min: 1, max: 100 }),
      windowSeconds: fc.constantFrom(1, 60),
      burst: fc.integer({ min: 1, max: 5 }),
    });
    const pauses = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(rates, pauses, async (rate, gaps) => {
        const id = someBucket();
        let at = AT;
        let bucket: number | undefined;
        for (const gap of gaps) {
          at += gap;
          const after = admit(rate, bucket, microsOf(at));
          expect((await spend(tenant, id, rate, at)).ok).toBe(after !== undefined);
          bucket = after ?? bucket;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('costs one update of an item below a kilobyte a time, paced or not', async () => {
    const update = vi.spyOn(documents, 'update');
    const longest: BucketId = { userId: `u${'x'.repeat(63)}`, counted: 'messages' };
    for (const at of [AT, AT, AT + 10, AT + 60_000, AT + 120_000]) {
      update.mockClear();
      expect((await spend(tenant, longest, { limit: 60, windowSeconds: 60, burst: 60 }, at)).ok).toBe(true);
      expect(update).toHaveBeenCalledTimes(1);
      const { Attributes } = await update.mock.results[0]!.value;
      expect(sizeOfItem(Attributes!)).toBeLessThan(300);
    }
    update.mockRestore();
  });

  it('keeps users and tenants apart', async () => {
    const rate = { limit: 1, windowSeconds: 60, burst: 1 };
    const id = someBucket();
    expect((await spend(tenant, id, rate, AT)).ok).toBe(true);
    expect((await spend(tenant, id, rate, AT)).ok).toBe(false);
    expect((await spend(scope('globex'), id, rate, AT)).ok).toBe(true);
    expect((await spend(tenant, someBucket(), rate, AT)).ok).toBe(true);
  });
});

describe('a send', () => {
  const tenantId = 'slow';
  const slow = scope(tenantId);
  let conversationId: string;

  beforeAll(async () => {
    process.env[ENV.socketsEndpoint] = 'http://127.0.0.1:1/chat';
    conversationId = await aGroup(slow, ['ada', 'bob', 'cleo', 'dora']);
    await storeSettings(slow, {
      version: 1,
      before: DEFAULT_RULES,
      after: {
        ...DEFAULT_RULES,
        limits: { ...DEFAULT_RULES.limits, messagesPerMinute: 3, messageBurst: 3, textLength: 10 },
      },
      by: 'ada',
      at: AT,
    });
  });

  const say = (userId: string, text: string, clientId = someClientId()) =>
    call(
      handler,
      api.messages.sendMessage,
      { conversationId, clientId, body: { type: 'text', text } },
      { tenantId, userId },
    );

  it('says what is left, and beyond it is refused with the time, storing nothing', async () => {
    const first = await say('ada', 'one');
    expect(first).toMatchObject({
      status: 201,
      headers: { 'ratelimit-limit': '3', 'ratelimit-remaining': '2', 'ratelimit-policy': '3;w=60;burst=3' },
    });
    expect(first.headers).not.toHaveProperty('retry-after');
    await say('ada', 'two');
    expect(await say('ada', 'three')).toMatchObject({ status: 201, headers: { 'ratelimit-remaining': '0' } });
    // Twice: beside the number it was expected to take, and then without one.
    for (const text of ['four', 'five']) {
      const refused = await say('ada', text);
      expect(refused).toMatchObject({
        status: 429,
        body: { code: 'message.rate_limited', rateLimit: { limit: 3, remaining: 0 } },
        headers: { 'ratelimit-remaining': '0' },
      });
      const seconds = Number(refused.headers['retry-after']);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(20);
    }
    const entries = await denseLog(logOf(slow, conversationId));
    expect(textsOf(entries)).toEqual(['one', 'two', 'three']);
    expect(entries.filter(({ kind }) => kind === 'void')).toHaveLength(1);
  });

  it('that was stored is answered again to somebody who is over the limit', async () => {
    const clientId = someClientId();
    const first = await say('bob', 'hello', clientId);
    await say('bob', 'two');
    await say('bob', 'three');
    expect((await say('bob', 'four')).status).toBe(429);
    expect(await say('bob', 'hello', clientId)).toMatchObject({ status: 200, body: first.body });
  });

  it('of many at once lets in as many as the limit', async () => {
    const replies = await Promise.all(Array.from({ length: 12 }, (_, index) => say('cleo', `race ${index}`)));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(9);
    const texts = textsOf(await denseLog(logOf(slow, conversationId)));
    expect(texts.filter((text) => text.startsWith('race'))).toHaveLength(3);
  });

  it('is as long as the tenant allows, and a longer one costs nothing of the rate', async () => {
    const refused = await say('dora', 'x'.repeat(11));
    expect(refused).toMatchObject({ status: 400, body: { code: 'message.too_long', maxCharacters: 10 } });
    expect(await say('dora', 'x'.repeat(10))).toMatchObject({ status: 201, headers: { 'ratelimit-remaining': '2' } });
  });
});
