import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import type { WebhookDelivery } from '#contract/webhooks.ts';
import { RETRY_SECONDS } from '#domain/webhook.ts';
import { listAudits } from '#table/audit.ts';
import { scope } from '#table/entity.ts';
import { tableName } from '#table/table-name.ts';
import { noteFailing } from '#table/webhook.ts';
import { isSignedWith } from '#test/support/receiver.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { ask, aTenant, aWebhook, messageEvent, useWebhooks } from '#test/support/webhooks.ts';

useTable();
useSigningKey();
const hooks = useWebhooks();

const deliveriesOf = async (tenant: string, webhookId: string, input = {}): Promise<WebhookDelivery[]> =>
  (await ask('listDeliveries', tenant, { webhookId, ...input })).body['items'] as never;
const journalOf = async (tenant: string) =>
  (
    await documents.query({
      TableName: tableName(),
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': `T#${tenant}#HOOKLOG` },
    })
  ).Items;

describe('what happens is told', () => {
  it('to whoever asked for it, signed, with an id, and what came of it is listed', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId, secret } = await aWebhook(tenant, receiver.url);
    const event = messageEvent(tenant, 7);
    expect(await hooks.happen(event)).toEqual({ batchItemFailures: [] });
    const [got] = receiver.got;
    expect(got!.payload).toEqual({
      type: 'message.created',
      timestamp: event.detail.at,
      cursor: expect.any(String),
      data: event.detail,
    });
    expect(got!.id).toMatch(/^evt_[A-Za-z0-9_-]{22}$/);
    expect(Math.abs(got!.timestamp - Date.now() / 1_000)).toBeLessThan(60);
    expect(isSignedWith(secret, got!)).toBe(true);
    expect(isSignedWith(`whsec_${'A'.repeat(43)}=`, got!)).toBe(false);
    expect(await deliveriesOf(tenant, webhookId)).toMatchObject([
      { eventId: got!.id, state: 'delivered', attempts: 1, status: 204, reason: null, cursor: got!.payload.cursor },
    ]);
    expect(hooks.put()).toEqual([]);
  });

  it('to no other tenant, not what was not asked for, and not while it is disabled', async () => {
    const [tenant, other, receiver] = [aTenant(), aTenant(), await hooks.receiver()];
    await aWebhook(tenant, receiver.url, ['participant.added']);
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    await ask('updateWebhook', tenant, { webhookId, version: 1, enabled: false });
    await aWebhook(other, receiver.url, ['participant.added']);
    await hooks.happen(messageEvent(tenant, 1), messageEvent(other, 1));
    expect(receiver.got).toEqual([]);
    // It may be asked for later.
    expect(await journalOf(tenant)).toHaveLength(1);
  });

  it('to nobody, and is not written down, where there is no webhook', async () => {
    const tenant = aTenant();
    await hooks.happen(messageEvent(tenant, 1));
    expect(await journalOf(tenant)).toEqual([]);
  });

  it('under the same id however often it is said, and under another to nobody else', async () => {
    const [tenant, other, receiver] = [aTenant(), aTenant(), await hooks.receiver()];
    await aWebhook(tenant, receiver.url);
    await aWebhook(other, receiver.url);
    await hooks.happen(messageEvent(tenant, 1));
    await hooks.happen(messageEvent(tenant, 1), messageEvent(tenant, 2), messageEvent(other, 1));
    const ids = (of: string, seq: number) =>
      receiver.got.filter(({ payload: { data } }) => data.tenant === of && data.seq === seq).map(({ id }) => id);
    expect(new Set(ids(tenant, 1)).size).toBe(1);
    expect(ids(tenant, 1)).toHaveLength(2);
    expect(new Set([...ids(tenant, 1), ...ids(tenant, 2), ...ids(other, 1)]).size).toBe(3);
  });

  it('with the signatures of both secrets while one takes over from the other', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId, secret } = await aWebhook(tenant, receiver.url);
    const rotated = await ask('rotateSecret', tenant, { webhookId, version: 1 });
    await hooks.happen(messageEvent(tenant, 1));
    const [both] = receiver.got;
    expect(both!.signatures).toHaveLength(2);
    for (const one of [secret, String(rotated.body['secret'])]) expect(isSignedWith(one, both!)).toBe(true);
    await ask('rotateSecret', tenant, { webhookId, version: 2, overlapHours: 0 });
    await hooks.happen(messageEvent(tenant, 2));
    expect(receiver.got[1]!.signatures).toHaveLength(1);
    for (const one of [secret, String(rotated.body['secret'])]) expect(isSignedWith(one, receiver.got[1]!)).toBe(false);
  });
});

describe('what is not taken', () => {
  it('is tried again later, under the same id, until it is taken', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    receiver.answer = 500;
    await hooks.happen(messageEvent(tenant, 1));
    expect(await deliveriesOf(tenant, webhookId)).toMatchObject([
      { state: 'retrying', attempts: 1, status: 500, reason: 'status', nextAttemptAt: expect.any(String) },
    ]);
    expect((await ask('getWebhook', tenant, { webhookId })).body['failingSince']).not.toBeNull();
    expect(hooks.delays().every((seconds) => seconds >= 1 && seconds <= 7)).toBe(true);
    receiver.answer = 200;
    await hooks.handOut();
    expect(await deliveriesOf(tenant, webhookId)).toMatchObject([
      { state: 'delivered', attempts: 2, status: 200, reason: null, nextAttemptAt: null },
    ]);
    expect(new Set(receiver.got.map(({ id }) => id)).size).toBe(1);
    expect(new Set(receiver.got.map(({ body }) => body)).size).toBe(1);
    expect((await ask('getWebhook', tenant, { webhookId })).body['failingSince']).toBeNull();
  });

  it('waits until its time has come, in stretches that a queue can hold', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    await aWebhook(tenant, receiver.url);
    receiver.answer = 503;
    await hooks.happen(messageEvent(tenant, 1));
    const [task] = hooks.put();
    await hooks.letters({ ...task, notBefore: Date.now() + 7_200_000 });
    expect(receiver.got).toHaveLength(1);
    expect(hooks.put()[1]).toMatchObject({ task: 'attempt', attempt: 2 });
    expect(hooks.delays()[1]).toBe(900);
  });

  it('is tried once an attempt, however often the queue brings it', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    receiver.answer = 500;
    await hooks.happen(messageEvent(tenant, 1));
    const [task] = hooks.put();
    const again = { ...task, notBefore: 0 };
    await hooks.letters(again);
    await hooks.letters(again);
    expect(receiver.got).toHaveLength(2);
    expect(await deliveriesOf(tenant, webhookId)).toMatchObject([{ attempts: 2 }]);
    // Two at once may both be made; only one of them has another behind it.
    await hooks.letters({ ...again, attempt: 3 }, { ...again, attempt: 3 });
    const behind = hooks.put().filter((one) => one.task === 'attempt' && one.attempt === 4);
    expect(behind).toHaveLength(1);
  });

  it('is set aside after a day, and stays to be seen', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    receiver.answer = 500;
    await hooks.happen(messageEvent(tenant, 1));
    await hooks.handOut();
    expect(receiver.got).toHaveLength(RETRY_SECONDS.length + 1);
    expect(await deliveriesOf(tenant, webhookId, { state: 'failed' })).toMatchObject([
      { state: 'failed', attempts: RETRY_SECONDS.length + 1, status: 500 },
    ]);
    expect(await deliveriesOf(tenant, webhookId, { state: 'delivered' })).toEqual([]);
  });

  it('disables a webhook that has taken nothing for a day, with an entry in the audit trail', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    await noteFailing(scope(tenant), webhookId, Date.now() - 86_400_001);
    receiver.answer = 500;
    await hooks.happen(messageEvent(tenant, 1));
    expect((await ask('getWebhook', tenant, { webhookId })).body).toMatchObject({
      enabled: false,
      disabledReason: 'failing',
    });
    const { entries } = await listAudits(scope(tenant), { before: undefined, limit: 1 });
    expect(entries).toMatchObject([{ action: 'webhook.disabled', actorId: null, target: { id: webhookId } }]);
    await hooks.handOut();
    expect(receiver.got).toHaveLength(1);
    expect(await deliveriesOf(tenant, webhookId)).toMatchObject([{ state: 'failed', reason: 'disabled' }]);
  });

  it('disables a webhook at once whose host says 410', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    receiver.answer = 410;
    await hooks.happen(messageEvent(tenant, 1));
    expect((await ask('getWebhook', tenant, { webhookId })).body).toMatchObject({ disabledReason: 'gone' });
    expect(await deliveriesOf(tenant, webhookId)).toMatchObject([{ state: 'failed', attempts: 1, status: 410 }]);
    expect(hooks.put()).toEqual([]);
  });

  it('comes back as a record where it could not be written down', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    await aWebhook(tenant, receiver.url);
    const table = tableName();
    const reply = await hooks.letters('{"source":"parley"}', { task: 'unknown' });
    expect(reply.batchItemFailures).toHaveLength(2);
    process.env['TABLE_NAME'] = 'no-such-table';
    const failed = await hooks.happen(messageEvent(aTenant(), 1)).finally(() => {
      process.env['TABLE_NAME'] = table;
    });
    expect(failed.batchItemFailures).toEqual([{ itemIdentifier: 'letter-0' }]);
  });
});
