import type { redeliver } from '#contract/webhooks.ts';
import { Refusal } from '#domain/refusal.ts';
import type { AttemptTask } from '#domain/webhook-work.ts';
import { enqueue } from '#gateways/work-queue.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import type { Handle } from '#runtime/service.ts';
import { tenantIdOf } from '#table/entity.ts';
import { findDelivery } from '#table/webhook-delivery.ts';
import { enabledWebhook } from './one-webhook.ts';

export const handleRedeliver: Handle<typeof redeliver> = async ({ webhookId, deliveryId }, request) => {
  const { caller, at } = request;
  await enabledWebhook(request, webhookId);
  const position = deliveryId.slice('dlv_'.length);
  const delivery = await findDelivery(caller.tenant, { webhookId, position }, at);
  if (!delivery) throw new Refusal('delivery.not_found');
  const task: AttemptTask = {
    ...{ task: 'attempt', tenant: tenantIdOf(caller.tenant), webhookId, position },
    ...{ chain: `redelivery-${mintClientId()}`, attempt: 1, notBefore: at },
  };
  await enqueue('webhooksUrl', [{ body: task }]);
  return { body: { eventId: delivery.eventId } };
};
