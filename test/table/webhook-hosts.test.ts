/** Hosts that are slow, silent or broken: they take nobody's time but their own. */
import { describe, expect, it, vi } from 'vitest';
import type { WebhookDelivery } from '#contract/webhooks.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useTable } from '#test/support/table.ts';
import { ask, aTenant, aWebhook, messageEvent, useWebhooks } from '#test/support/webhooks.ts';

useTable();
useSigningKey();
const hooks = useWebhooks();

const deliveriesOf = async (tenant: string, webhookId: string): Promise<WebhookDelivery[]> =>
  (await ask('listDeliveries', tenant, { webhookId })).body['items'] as never;

describe('a host', () => {
  it('that does not answer holds up nobody else', async () => {
    const [tenant, broken, well] = [aTenant(), await hooks.receiver(), await hooks.receiver()];
    await aWebhook(tenant, broken.url);
    await aWebhook(tenant, well.url);
    const held: (() => void)[] = [];
    broken.answer = (response) => void held.push(() => response.writeHead(200).end());
    const events = Array.from({ length: 12 }, (_, index) => messageEvent(tenant, index + 1));
    const told = hooks.happen(...events);
    const seqs = new Set(events.map(({ detail }) => (detail as { seq: number }).seq));
    // All of it, while the other has answered nothing.
    for (const seq of seqs) await well.receive(({ payload }) => payload.data.seq === seq);
    expect(held.length).toBeLessThanOrEqual(8);
    broken.answer = 200;
    for (const answer of held) answer();
    expect(await told).toEqual({ batchItemFailures: [] });
    expect(new Set(broken.got.map(({ payload }) => payload.data.seq))).toEqual(seqs);
  });

  it('that has let several attempts wait in vain is not even tried for a while', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    const { id: webhookId } = await aWebhook(tenant, receiver.url);
    let asked = 0;
    receiver.answer = (response) => {
      asked += 1;
      response.destroy();
    };
    for (let seq = 1; seq <= 6; seq++) await hooks.happen(messageEvent(tenant, seq));
    expect(asked).toBe(3);
    const deliveries = await deliveriesOf(tenant, webhookId);
    expect(deliveries.map(({ state, attempts }) => [state, attempts])).toEqual(Array(6).fill(['retrying', 1]));
  });

  it('that is slow has what is left told by another invocation', async () => {
    const [tenant, receiver] = [aTenant(), await hooks.receiver()];
    await aWebhook(tenant, receiver.url);
    const real = Date.now.bind(Date);
    let late = 0;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() + late);
    receiver.answer = (response) => {
      late = 50_000;
      response.writeHead(200).end();
    };
    const events = Array.from({ length: 20 }, (_, index) => messageEvent(tenant, index + 1));
    expect(await hooks.happen(...events)).toEqual({ batchItemFailures: [] });
    clock.mockRestore();
    const told = receiver.got.length;
    expect(told).toBeLessThan(20);
    expect(hooks.put()).toEqual(Array(20 - told).fill(expect.objectContaining({ task: 'attempt', attempt: 1 })));
    receiver.answer = 200;
    await hooks.handOut();
    expect(new Set(receiver.got.map(({ id }) => id)).size).toBe(20);
    expect(receiver.got).toHaveLength(20);
  });
});
