import { describe, expect, it } from 'vitest';
import { documents } from '#aws/documents.ts';
import type { WebhookDelivery } from '#contract/webhooks.ts';
import { scope } from '#table/entity.ts';
import { tableName } from '#table/table-name.ts';
import { enter, positionAt } from '#table/webhook-journal.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { ask, aTenant, aWebhook, messageEvent, useWebhooks } from '#test/support/webhooks.ts';

useTable();
useSigningKey();
const hooks = useWebhooks();

const replay = (tenant: string, webhookId: string, from: object) =>
  ask('replayWebhook', tenant, { webhookId, ...from });
const listed = async (tenant: string, webhookId: string): Promise<WebhookDelivery[]> =>
  (await ask('listDeliveries', tenant, { webhookId })).body['items'] as never;

describe('a replay', () => {
  it('tells everything after a cursor again, under the same ids', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    for (let seq = 1; seq <= 5; seq++) await hooks.happen(messageEvent(tenant, seq));
    const first = receiver.got.map(({ id, body }) => ({ id, body }));
    const { status, body } = await replay(tenant, webhookId, { after: receiver.got[1]!.payload.cursor });
    expect(status).toBe(202);
    expect(Date.parse(String(body['from']))).toBeLessThan(Date.now());
    await hooks.handOut();
    const again = receiver.got.slice(5).map(({ id, body }) => ({ id, body }));
    // What came just before the cursor is told as well: clocks differ, and receivers know it by its id.
    const byId = (list: typeof first) => [...list].sort((one, other) => (one.id < other.id ? -1 : 1));
    expect(byId(again)).toEqual(byId(first));
    for (const { state, attempts } of await listed(tenant, webhookId))
      expect([state, attempts]).toEqual(['delivered', 1]);
  });

  it('leaves out what came well before the cursor, and what came after its end', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    const now = Date.now();
    const at = async (seconds: number) => {
      const eventId = `evt_${String(seconds).padStart(22, '0')}`;
      const position = positionAt(now - seconds * 1_000, eventId);
      await enter(scope(tenant), { position, eventId, type: 'message.created', payload: `{"seconds":${seconds}}` });
      return position;
    };
    const [, , middle] = [await at(300), await at(200), await at(100), await at(95), await at(50), await at(10)];
    await replay(tenant, webhookId, { after: middle, until: new Date(now - 40_000).toISOString() });
    await hooks.handOut();
    expect(receiver.got.map(({ payload }) => payload.seconds).sort((a, b) => b - a)).toEqual([100, 95, 50]);
  });

  it('goes on page by page, tells only what is asked for, and nothing twice when a page comes twice', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url, ['message.deleted']);
    const now = Date.now();
    const ids = Array.from({ length: 120 }, (_, index) => `evt_${String(index).padStart(22, '0')}`);
    for (const [index, eventId] of ids.entries()) {
      const position = positionAt(now - 60_000 + index, eventId);
      const type = index % 2 ? 'message.created' : 'message.deleted';
      await enter(scope(tenant), { position, eventId, type, payload: '{}' });
    }
    await replay(tenant, webhookId, { since: new Date(now - 120_000).toISOString() });
    const [page] = hooks.put();
    await hooks.letters(page);
    await hooks.handOut();
    const wanted = ids.filter((_, index) => index % 2 === 0);
    expect(receiver.got.map(({ id }) => id).sort()).toEqual(wanted);
  });

  it('ends with what is kept: seven days', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    const eventId = `evt_${'0'.repeat(22)}`;
    const position = positionAt(Date.now() - 8 * 86_400_000, eventId);
    await enter(scope(tenant), { position, eventId, type: 'message.created', payload: '{}' });
    const { body } = await replay(tenant, webhookId, { since: '2020-01-01T00:00:00.000Z' });
    expect(Date.parse(String(body['from']))).toBeGreaterThan(Date.now() - 8 * 86_400_000);
    await hooks.letters({ ...hooks.put()[0], after: '0' });
    expect(receiver.got).toEqual([]);
  });

  it('tells a webhook that was disabled what it missed', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    receiver.answer = 410;
    await hooks.happen(messageEvent(tenant, 1));
    await hooks.happen(messageEvent(tenant, 2), messageEvent(tenant, 3));
    const since = new Date(Date.now() - 60_000).toISOString();
    expect(await replay(tenant, webhookId, { since })).toMatchObject({ body: { code: 'webhook.disabled' } });
    receiver.answer = 200;
    await ask('updateWebhook', tenant, { webhookId, version: 2, enabled: true });
    await replay(tenant, webhookId, { since });
    await hooks.handOut();
    expect(
      receiver.got
        .slice(1)
        .map(({ payload }) => payload.data.seq)
        .sort(),
    ).toEqual([1, 2, 3]);
  });
});

describe('a redelivery', () => {
  it('tells it once more, under the same id, and counts attempts anew', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    receiver.answer = 500;
    await hooks.happen(messageEvent(tenant, 1));
    const old = hooks.put();
    const [delivery] = await listed(tenant, webhookId);
    receiver.answer = 200;
    const { status, body } = await ask('redeliver', tenant, { webhookId, deliveryId: delivery!.id });
    expect([status, body]).toEqual([202, { eventId: delivery!.eventId }]);
    await hooks.letters(hooks.put().at(-1));
    expect(receiver.got.map(({ id }) => id)).toEqual([delivery!.eventId, delivery!.eventId]);
    // The row of attempts before it is over.
    await hooks.letters({ ...old[0], notBefore: 0 });
    expect(receiver.got).toHaveLength(2);
    expect(await listed(tenant, webhookId)).toMatchObject([{ state: 'delivered', attempts: 1, status: 200 }]);
  });

  it('is refused for what was never told, or is kept no longer', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    await hooks.happen(messageEvent(tenant, 1));
    const [delivery] = await listed(tenant, webhookId);
    const none = { status: 404, body: { code: 'delivery.not_found' } };
    const deliveryId = delivery!.id.replace(/..$/, 'zz');
    expect(await ask('redeliver', tenant, { webhookId, deliveryId })).toMatchObject(none);
    await documents.update({
      TableName: tableName(),
      Key: { pk: `T#${tenant}#HOOK#${webhookId}`, sk: `D#${delivery!.cursor}` },
      UpdateExpression: 'SET #exp = :past',
      ExpressionAttributeNames: { '#exp': 'exp' },
      ExpressionAttributeValues: { ':past': 1 },
    });
    expect(await ask('redeliver', tenant, { webhookId, deliveryId: delivery!.id })).toMatchObject(none);
    expect(await listed(tenant, webhookId)).toEqual([]);
  });
});

it('a test tells the one webhook that it is one, and no replay repeats it', async () => {
  const [tenant, receiver, other] = [aTenant(), await hooks.receiver(), await hooks.receiver()];
  const { id: webhookId } = await aWebhook(tenant, receiver.url);
  await aWebhook(tenant, other.url);
  const { status, body } = await ask('testWebhook', tenant, { webhookId });
  expect(status).toBe(202);
  await hooks.handOut();
  expect(receiver.got).toMatchObject([{ id: body['eventId'], payload: { type: 'webhook.test', data: { webhookId } } }]);
  await replay(tenant, webhookId, { since: new Date(Date.now() - 60_000).toISOString() });
  await hooks.handOut();
  expect([receiver.got.length, other.got.length]).toEqual([1, 0]);
});

it('deliveries are listed newest first, page by page, all of them once', async () => {
  const [tenant, receiver] = [aTenant(), await hooks.receiver()];
  const { id: webhookId } = await aWebhook(tenant, receiver.url);
  for (let seq = 1; seq <= 7; seq++) await hooks.happen(messageEvent(tenant, seq));
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await ask('listDeliveries', tenant, { webhookId, limit: 3, ...(cursor ? { cursor } : {}) });
    seen.push(...(body['items'] as WebhookDelivery[]).map(({ eventId }) => eventId));
    cursor = body['nextCursor'] as string | null;
  }
  expect(seen).toEqual(receiver.got.map(({ id }) => id).reverse());
});
