import type { listDeliveries as list } from '#contract/webhooks.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listDeliveries, toDelivery } from '#table/webhook-delivery.ts';
import { oneWebhook } from './one-webhook.ts';

export const handleListDeliveries: Handle<typeof list> = async ({ webhookId, state, limit, cursor }, request) => {
  const { caller, at } = request;
  await oneWebhook(request, webhookId);
  const key = await signingKey('cursor');
  const place = `webhook-deliveries\n${caller.tenant}\n${webhookId}\n${state ?? ''}`;
  const before = cursor === undefined ? undefined : String(positionOf(key, place, cursor)[0]);
  const { deliveries, next } = await listDeliveries(caller.tenant, webhookId, { before, limit, state, at });
  return {
    body: {
      items: deliveries.map(({ position, stored }) => toDelivery(position, stored)),
      nextCursor: next === undefined ? null : cursorFor(key, place, [next]),
    },
  };
};
