import type { Item, TenantKey } from '#table/entity.ts';
import { WebhookCountEntity, WebhookEntity } from '#table/webhook.ts';
import { DeliveryEntity } from '#table/webhook-delivery.ts';
import { JournalEntity } from '#table/webhook-journal.ts';
import { DELIVERY_ID, WEBHOOK_ID } from './example-ids.ts';

/** Seconds since 1970 that no test lives to see. */
const KEPT = 4_000_000_000;

/** What the examples of webhooks find: one that is well, and something that it was told. */
export function webhookItems(tenant: TenantKey, at: number): Item[] {
  const position = DELIVERY_ID.slice(4);
  const event = { eventId: 'evt_AZqYt2a0cK6fPpQ1mWk3Zg', type: 'message.created' };
  return [
    WebhookEntity.toItem(tenant, WEBHOOK_ID, {
      ...{ id: WEBHOOK_ID, url: 'https://hooks.example.com/parley', events: ['message.created'], description: 'Push.' },
      ...{
        secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        version: 1,
        createdAt: at,
        createdBy: 'ada',
        hash: 'test',
      },
    }),
    WebhookCountEntity.toItem(tenant, undefined, { n: 1 }),
    JournalEntity.toItem(tenant, position, { ...event, payload: '{}', exp: KEPT }),
    DeliveryEntity.toItem(
      tenant,
      { webhookId: WEBHOOK_ID, position },
      { ...event, chain: 'live', state: 'delivered', attempts: 1, status: 200, attemptedAt: at, exp: KEPT },
    ),
  ];
}
