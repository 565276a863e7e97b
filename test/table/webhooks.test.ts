import { describe, expect, it } from 'vitest';
import { ENV } from '#contract/environment.ts';
import { MOST_WEBHOOKS } from '#contract/webhooks.ts';
import { listAudits } from '#table/audit.ts';
import { scope } from '#table/entity.ts';
import { noteFailing } from '#table/webhook.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { ask, aTenant, aWebhook, useWebhooks } from '#test/support/webhooks.ts';

useTable();
useSigningKey();
useWebhooks();
const URL_OF = 'https://hooks.example.com/parley';
const asked = { url: URL_OF, events: ['message.created'], description: 'Push.' };

describe('a webhook', () => {
  it('shows its secret when it is made, and never again', async () => {
    const tenant = aTenant();
    const { status, body } = await ask('createWebhook', tenant, asked);
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...asked, enabled: true, disabledReason: null, version: 1, createdBy: 'ada' });
    const secret = String(body['secret']);
    expect(secret).toMatch(/^whsec_/);
    const { secret: _, ...rest } = body;
    const webhookId = String(body['id']);
    expect((await ask('getWebhook', tenant, { webhookId })).body).toEqual(rest);
    expect((await ask('listWebhooks', tenant)).body).toEqual({ items: [rest], nextCursor: null });
    const changed = await ask('updateWebhook', tenant, { webhookId, version: 1, description: null });
    const audits = await listAudits(scope(tenant), { before: undefined, limit: 10 });
    expect(audits.entries.map(({ action }) => action)).toEqual(['webhook.updated', 'webhook.created']);
    expect(JSON.stringify([changed.body, audits])).not.toContain(secret.slice(6));
    expect(JSON.stringify(audits)).not.toContain('/parley');
  });

  it('is made once under a key, and another one under it is refused', async () => {
    const tenant = aTenant();
    const key = { 'Idempotency-Key': 'once' };
    const first = await ask('createWebhook', tenant, asked, key);
    expect(await ask('createWebhook', tenant, asked, key)).toMatchObject({ status: 200, body: first.body });
    expect(await ask('createWebhook', tenant, { ...asked, url: `${URL_OF}/2` }, key)).toMatchObject({
      status: 409,
      body: { code: 'webhook.idempotency_conflict' },
    });
    expect((await ask('listWebhooks', tenant)).body['items']).toHaveLength(1);
  });

  it.each([
    ['http://hooks.example.com/', 'it is not HTTPS'],
    ['https://169.254.169.254/', 'it names an address instead of a host'],
    ['https://ada:word@hooks.example.com/', 'it holds credentials'],
    ['https://hooks.internal/', 'the host is not public'],
  ])('leads nowhere private: %s', async (url, reason) => {
    const tenant = aTenant();
    const refused = { status: 400, body: { code: 'webhook.url_forbidden', reason } };
    expect(await ask('createWebhook', tenant, { ...asked, url })).toMatchObject(refused);
    const { id: webhookId } = await aWebhook(tenant, URL_OF);
    expect(await ask('updateWebhook', tenant, { webhookId, version: 1, url })).toMatchObject(refused);
  });

  it('leads to this machine itself on a laptop alone', async () => {
    process.env[ENV.webhooksLoopback] = 'false';
    const refused = await ask('createWebhook', aTenant(), { ...asked, url: 'http://127.0.0.1:4000/' });
    process.env[ENV.webhooksLoopback] = 'true';
    expect(refused).toMatchObject({ status: 400, body: { code: 'webhook.url_forbidden' } });
    expect(await ask('createWebhook', aTenant(), { ...asked, url: 'http://127.0.0.1:4000/' })).toMatchObject({
      status: 201,
    });
  });

  it('is one of ten at most, exactly, and makes room when it goes', async () => {
    const tenant = aTenant();
    const made = await Promise.all(
      Array.from({ length: MOST_WEBHOOKS + 5 }, () => ask('createWebhook', tenant, asked)),
    );
    expect(made.filter(({ status }) => status === 201)).toHaveLength(MOST_WEBHOOKS);
    for (const { body } of made.filter(({ status }) => status !== 201))
      expect(body).toMatchObject({ code: 'webhook.too_many', most: MOST_WEBHOOKS });
    const webhookId = String(made.find(({ status }) => status === 201)!.body['id']);
    expect(await ask('deleteWebhook', tenant, { webhookId })).toMatchObject({ status: 200, body: { id: webhookId } });
    expect(await ask('deleteWebhook', tenant, { webhookId })).toMatchObject({ status: 404 });
    expect(await ask('getWebhook', tenant, { webhookId })).toMatchObject({ status: 404 });
    expect(await ask('createWebhook', tenant, asked)).toMatchObject({ status: 201 });
    expect(await ask('createWebhook', tenant, asked)).toMatchObject({ status: 409 });
  });

  it('is changed in the version that was seen, by one of many', async () => {
    const tenant = aTenant();
    const { id: webhookId } = await aWebhook(tenant, URL_OF);
    const racers = await Promise.all(
      [1, 2, 3].map((n) => ask('updateWebhook', tenant, { webhookId, version: 1, description: `${n}` })),
    );
    expect(racers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(racers.find(({ status }) => status === 409)!.body).toMatchObject({
      code: 'webhook.version_conflict',
      current: { version: 2 },
    });
    expect(await ask('updateWebhook', tenant, { webhookId }, { 'If-Match': '"2"' })).toMatchObject({ status: 200 });
  });

  it('that is enabled again is taken for well', async () => {
    const tenant = aTenant();
    const { id: webhookId } = await aWebhook(tenant, URL_OF);
    await noteFailing(scope(tenant), webhookId, 1_000);
    const off = await ask('updateWebhook', tenant, { webhookId, version: 1, enabled: false });
    expect(off.body).toMatchObject({ enabled: false, disabledReason: 'admin', failingSince: null });
    expect(await ask('testWebhook', tenant, { webhookId })).toMatchObject({ body: { code: 'webhook.disabled' } });
    const on = await ask('updateWebhook', tenant, { webhookId, version: 2, enabled: true });
    expect(on.body).toMatchObject({ enabled: true, disabledReason: null, failingSince: null, version: 3 });
  });

  it('of another tenant is none', async () => {
    const { id: webhookId } = await aWebhook(aTenant(), URL_OF);
    const tenant = aTenant();
    for (const reply of [
      await ask('getWebhook', tenant, { webhookId }),
      await ask('updateWebhook', tenant, { webhookId, version: 1 }),
      await ask('rotateSecret', tenant, { webhookId, version: 1 }),
      await ask('deleteWebhook', tenant, { webhookId }),
      await ask('testWebhook', tenant, { webhookId }),
      await ask('listDeliveries', tenant, { webhookId }),
      await ask('replayWebhook', tenant, { webhookId, since: '2026-11-21T09:30:00.000Z' }),
    ])
      expect(reply).toMatchObject({ status: 404, body: { code: 'webhook.not_found' } });
  });

  it('is replayed from one place, not two or none', async () => {
    const tenant = aTenant();
    const { id: webhookId } = await aWebhook(tenant, URL_OF);
    const since = '2026-11-21T09:30:00.000Z';
    const after = `001795253400000_${'a'.repeat(22)}`;
    for (const input of [{}, { since, after }])
      expect(await ask('replayWebhook', tenant, { webhookId, ...input })).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      });
  });
});
