import * as z from 'zod';
import { DeliveryId, EventId, Instant, Position, UserId, WebhookId } from './ids.ts';
import { Cursor, Limit, page } from './page.ts';
import { PUBLISHED_TYPES } from './published-events.ts';
import { route } from './route.ts';
import type { Use } from './uses.ts';

/** Webhooks a tenant may have. */
export const MOST_WEBHOOKS = 10;

/** Days for which what webhooks were told is kept, to be seen and told again. */
export const JOURNAL_DAYS = 7;

/** Seconds for which functions go by webhooks that were changed meanwhile. */
export const WEBHOOKS_SECONDS = 10;

/** What a webhook is told when it is tried out; nobody subscribes to it. */
export const TEST_TYPE = 'webhook.test';

const Url = z.url().max(2_000).meta({ example: 'https://hooks.example.com/parley' });
const Events = z
  .array(z.enum(PUBLISHED_TYPES))
  .min(1)
  .refine((types) => new Set(types).size === types.length, 'names a type twice');
const Description = z.string().trim().max(200);
const version = z.coerce.number().int().min(1).optional();

export const DISABLED_REASONS = ['admin', 'failing', 'gone'] as const;

export const Webhook = z
  .strictObject({
    id: WebhookId,
    url: z.string(),
    /** What it is told of: names of the event catalogue. */
    events: z.array(z.string()),
    description: z.string().nullable(),
    enabled: z.boolean(),
    /** Null while enabled. `failing`: nothing was taken for a day; `gone`: the host answered 410. What it misses is kept for seven days and can be replayed. */
    disabledReason: z.enum(DISABLED_REASONS).nullable(),
    /** Since when nothing was taken; null while it is well. */
    failingSince: Instant.nullable(),
    /** Until when deliveries carry the signature of the secret before this one too; null when there is none. */
    previousSecretUntil: Instant.nullable(),
    /** Counts changes, from 1. */
    version: z.int(),
    createdAt: Instant,
    createdBy: UserId,
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.output<typeof Webhook>;

/** With the secret that signs what it is told: shown in this answer and never again. */
const WebhookWithSecret = Webhook.extend({
  secret: z.string().meta({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }),
}).meta({ id: 'WebhookWithSecret' });

export const DeliveryState = z.enum(['pending', 'delivered', 'retrying', 'failed']);

export const WebhookDelivery = z
  .strictObject({
    id: DeliveryId,
    /** `webhook-id` of the request: the same at every attempt and replay. */
    eventId: EventId,
    type: z.string(),
    /** Where it stands among everything that happened: a replay `after` it begins with what came next. */
    cursor: Position,
    state: DeliveryState,
    attempts: z.int(),
    /** What the host answered last; null when nothing. */
    status: z.int().nullable(),
    /** Why the last attempt failed; null when it did not. */
    reason: z.string().nullable(),
    createdAt: Instant,
    lastAttemptAt: Instant.nullable(),
    nextAttemptAt: Instant.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.output<typeof WebhookDelivery>;

const manage = { permission: 'webhook:manage' } as const;
const READING: readonly Use[] = ['table:get', 'table:query'];
const CHANGING: readonly Use[] = [...READING, 'table:put', 'table:update'];

export const createWebhook = route({
  ...manage,
  method: 'POST',
  path: '/webhooks',
  summary: 'Have a URL told of what happens; the answer shows the secret that signs it, once',
  uses: CHANGING,
  input: z.strictObject({ url: Url, events: Events, description: Description.optional() }),
  output: WebhookWithSecret,
  refuses: ['webhook.url_forbidden', 'webhook.too_many', 'webhook.idempotency_conflict'],
  status: 201,
});

export const listWebhooks = route({
  ...manage,
  method: 'GET',
  path: '/webhooks',
  summary: 'List the webhooks of your tenant',
  uses: READING,
  input: z.strictObject({}),
  output: page(Webhook),
  refuses: [],
  status: 200,
});

export const getWebhook = route({
  ...manage,
  method: 'GET',
  path: '/webhooks/{webhookId}',
  summary: 'Get a webhook and how it fares',
  uses: READING,
  input: z.strictObject({ webhookId: WebhookId }),
  output: Webhook,
  refuses: ['webhook.not_found'],
  status: 200,
});

export const updateWebhook = route({
  ...manage,
  method: 'PATCH',
  path: '/webhooks/{webhookId}',
  summary: 'Change a webhook, disable or enable it; say which version (`version` or If-Match)',
  uses: CHANGING,
  input: z.strictObject({
    webhookId: WebhookId,
    version,
    url: Url.optional(),
    events: Events.optional(),
    description: Description.nullable().optional(),
    enabled: z.boolean().optional(),
  }),
  output: Webhook,
  refuses: ['webhook.not_found', 'webhook.version_conflict', 'webhook.url_forbidden'],
  status: 200,
});

export const rotateSecret = route({
  ...manage,
  method: 'POST',
  path: '/webhooks/{webhookId}/rotate-secret',
  summary: 'Give a webhook a new secret; for some hours deliveries carry the signatures of both',
  uses: CHANGING,
  input: z.strictObject({
    webhookId: WebhookId,
    version,
    /** Hours for which the secret before still signs; 0: not at all. */
    overlapHours: z.int().min(0).max(168).default(24),
  }),
  output: WebhookWithSecret,
  refuses: ['webhook.not_found', 'webhook.version_conflict'],
  status: 200,
});

export const deleteWebhook = route({
  ...manage,
  method: 'DELETE',
  path: '/webhooks/{webhookId}',
  summary: 'Remove a webhook; what it was to be told is dropped',
  uses: [...CHANGING, 'table:delete'],
  input: z.strictObject({ webhookId: WebhookId }),
  output: z.strictObject({ id: WebhookId }),
  refuses: ['webhook.not_found'],
  status: 200,
});

export const testWebhook = route({
  ...manage,
  method: 'POST',
  path: '/webhooks/{webhookId}/test',
  summary: 'Have a webhook told `webhook.test`; what became of it stands among the deliveries',
  uses: [...READING, 'webhooks:send'],
  input: z.strictObject({ webhookId: WebhookId }),
  output: z.strictObject({ eventId: EventId }),
  refuses: ['webhook.not_found', 'webhook.disabled'],
  status: 202,
  anew: true,
});

export const listDeliveries = route({
  ...manage,
  method: 'GET',
  path: '/webhooks/{webhookId}/deliveries',
  summary: 'List what a webhook was told in the last seven days and what became of it, newest first',
  uses: [...READING, 'signing-key:read'],
  input: z.strictObject({
    webhookId: WebhookId,
    state: DeliveryState.optional(),
    limit: Limit,
    cursor: Cursor.optional(),
  }),
  output: page(WebhookDelivery),
  refuses: ['webhook.not_found', 'request.cursor_invalid'],
  status: 200,
});

export const redeliver = route({
  ...manage,
  method: 'POST',
  path: '/webhooks/{webhookId}/deliveries/{deliveryId}/redeliver',
  summary: 'Have a webhook told something once more, now, with attempts counted anew',
  uses: [...READING, 'webhooks:send'],
  input: z.strictObject({ webhookId: WebhookId, deliveryId: DeliveryId }),
  output: z.strictObject({ eventId: EventId }),
  refuses: ['webhook.not_found', 'delivery.not_found', 'webhook.disabled'],
  status: 202,
  anew: true,
});

export const replayWebhook = route({
  ...manage,
  method: 'POST',
  path: '/webhooks/{webhookId}/replay',
  summary: 'Have a webhook told everything again from a cursor or a time on, up to seven days back, under the same ids',
  uses: [...READING, 'webhooks:send'],
  input: z
    .strictObject({
      webhookId: WebhookId,
      /** `cursor` of what was taken last. The replay begins some seconds earlier, since the clocks of functions differ. */
      after: Position.optional(),
      since: Instant.optional(),
      /** Up to when; without it now. What happens later is told anyway. */
      until: Instant.optional(),
    })
    .refine(({ after, since }) => (after === undefined) !== (since === undefined), {
      message: 'say `after` or `since`, one of them',
      path: ['after'],
    }),
  output: z.strictObject({ from: Instant, until: Instant }),
  refuses: ['webhook.not_found', 'webhook.disabled'],
  status: 202,
  anew: true,
});
