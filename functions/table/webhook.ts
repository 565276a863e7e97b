import * as z from 'zod';
import { ConditionalCheckFailedException, documents, TransactionCanceledException } from '#aws/documents.ts';
import { DISABLED_REASONS, MOST_WEBHOOKS, WEBHOOKS_SECONDS, type Webhook } from '#contract/webhooks.ts';
import type { Audit } from '#domain/audit.ts';
import { Refusal } from '#domain/refusal.ts';
import { audited } from './audit.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Where a tenant wants to be told what happens. Its secrets lie in it, encrypted with the table's own key and read by two functions alone. */
const Stored = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  description: z.string().nullable(),
  /** Absent while it is enabled. */
  disabled: z.enum(DISABLED_REASONS).optional(),
  /** Since when (ms) nothing was taken. */
  failingSince: z.number().optional(),
  /** The secret that signs, and before it the one that was replaced, until when (ms) it signs too. */
  secret: z.string(),
  previous: z.object({ secret: z.string(), until: z.number() }).optional(),
  version: z.number(),
  createdAt: z.number(),
  createdBy: z.string(),
  /** Digest of what was asked for: the same Idempotency-Key with another is refused. */
  hash: z.string(),
});
export type StoredWebhook = z.output<typeof Stored>;

const partition = (tenant: TenantKey): string => join(tenant, 'HOOKS');
const WEBHOOK = 'W#';

export const WebhookEntity = entity({
  type: 'webhook',
  schema: Stored,
  key: (tenant: TenantKey, id: string): Key => ({ pk: partition(tenant), sk: `${WEBHOOK}${id}` }),
});

/** How many webhooks a tenant has: changed in the transaction that makes or removes one. */
export const WebhookCountEntity = entity({
  type: 'webhook-count',
  schema: z.object({ n: z.number() }),
  key: (tenant: TenantKey, _: undefined): Key => ({ pk: partition(tenant), sk: 'N' }),
});

/** A webhook as the API shows it: without its secrets. */
export const toWebhook = (stored: StoredWebhook, at: number): z.input<typeof Webhook> => ({
  id: stored.id,
  url: stored.url,
  events: stored.events,
  description: stored.description,
  enabled: stored.disabled === undefined,
  disabledReason: stored.disabled ?? null,
  failingSince: stored.failingSince === undefined ? null : new Date(stored.failingSince).toISOString(),
  previousSecretUntil:
    stored.previous && stored.previous.until > at ? new Date(stored.previous.until).toISOString() : null,
  version: stored.version,
  createdAt: new Date(stored.createdAt).toISOString(),
  createdBy: stored.createdBy,
});

/** AP-420 One webhook, consistently. */
export async function findWebhook(tenant: TenantKey, id: string): Promise<StoredWebhook | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: WebhookEntity.key(tenant, id),
    ConsistentRead: true,
  });
  return Item && WebhookEntity.fromItem(Item);
}

/** AP-421 All webhooks of a tenant, consistently: a handful. */
export async function listWebhooks(tenant: TenantKey): Promise<StoredWebhook[]> {
  const { Items } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :webhooks)',
    ExpressionAttributeValues: { ':pk': partition(tenant), ':webhooks': WEBHOOK },
  });
  return Items.map(WebhookEntity.fromItem);
}

/** Tenants whose webhooks a function remembers; the oldest go first. */
const MOST = 10_000;
const remembered = new Map<string, { readonly until: number; readonly found: Promise<StoredWebhook[]> }>();
const placeOf = (tenant: TenantKey): string => `${tableName()}\n${tenant}`;

/** The webhooks of a tenant as they were at most `WEBHOOKS_SECONDS` before `at` (ms): most tenants have none, and are asked for often. */
export function webhooksOf(tenant: TenantKey, at: number): Promise<StoredWebhook[]> {
  const place = placeOf(tenant);
  const known = remembered.get(place);
  if (known && at < known.until) return known.found;
  const found = listWebhooks(tenant);
  remembered.delete(place);
  remembered.set(place, { until: at + WEBHOOKS_SECONDS * 1_000, found });
  if (remembered.size > MOST) remembered.delete(remembered.keys().next().value!);
  // What could not be read is asked for again by the next.
  found.catch(() => remembered.delete(place));
  return found;
}

/** Which of the items of a transaction was not as it should be; undefined when it was carried out. */
async function refusedBy(tenant: TenantKey, items: Parameters<typeof documents.transactWrite>[0]) {
  try {
    await calmly(() => documents.transactWrite(items));
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const first = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (first < 0) throw error;
    return first;
  }
  remembered.delete(placeOf(tenant));
  return undefined;
}

const counted = (tenant: TenantKey, by: 1 | -1) => ({
  Update: {
    TableName: tableName(),
    Key: WebhookCountEntity.key(tenant, undefined),
    UpdateExpression: 'SET #type = :type ADD #n :by',
    ...(by > 0 ? { ConditionExpression: 'attribute_not_exists(#n) OR #n < :most' } : {}),
    ExpressionAttributeNames: { '#n': 'n', '#type': TABLE.entity },
    ExpressionAttributeValues: {
      ':by': by,
      ':type': WebhookCountEntity.type,
      ...(by > 0 ? { ':most': MOST_WEBHOOKS } : {}),
    },
  },
});

/** AP-422 Make a webhook, counted and audited in one transaction; false when its id is taken. Raises `webhook.too_many`. */
export async function createWebhook(tenant: TenantKey, made: StoredWebhook, audit: Audit): Promise<boolean> {
  const Item = WebhookEntity.toItem(tenant, made.id, made);
  const refused = await refusedBy(tenant, [
    { Put: { TableName: tableName(), Item, ConditionExpression: 'attribute_not_exists(pk)' } },
    counted(tenant, 1),
    audited(tenant, audit),
  ]);
  if (refused === 1) throw new Refusal('webhook.too_many', { most: MOST_WEBHOOKS });
  return refused === undefined;
}

/** AP-423 Put a webhook in the place of version `before`, audited in one transaction; false when somebody else was first. */
export async function replaceWebhook(
  tenant: TenantKey,
  before: number,
  after: StoredWebhook,
  audit: Audit,
): Promise<boolean> {
  const refused = await refusedBy(tenant, [
    {
      Put: {
        TableName: tableName(),
        Item: WebhookEntity.toItem(tenant, after.id, after),
        ConditionExpression: '#version = :before',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':before': before },
      },
    },
    audited(tenant, audit),
  ]);
  return refused === undefined;
}

/** AP-424 Remove a webhook, counted and audited in one transaction; false when there is none. */
export async function removeWebhook(tenant: TenantKey, id: string, audit: Audit): Promise<boolean> {
  const refused = await refusedBy(tenant, [
    {
      Delete: {
        TableName: tableName(),
        Key: WebhookEntity.key(tenant, id),
        ConditionExpression: 'attribute_exists(pk)',
      },
    },
    counted(tenant, -1),
    audited(tenant, audit),
  ]);
  return refused === undefined;
}

/** AP-425 Note since when (ms) a webhook takes nothing, unless that is known; or, with undefined, that it takes something again. */
export async function noteFailing(tenant: TenantKey, id: string, since: number | undefined): Promise<void> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: WebhookEntity.key(tenant, id),
      UpdateExpression: since === undefined ? 'REMOVE failingSince' : 'SET failingSince = :since',
      ConditionExpression: `attribute_exists(pk) AND ${
        since === undefined ? 'attribute_exists(failingSince)' : 'attribute_not_exists(failingSince)'
      }`,
      ...(since === undefined ? {} : { ExpressionAttributeValues: { ':since': since } }),
    });
  } catch (error) {
    // Somebody noted it already, or the webhook is gone.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
  remembered.delete(placeOf(tenant));
}

/** AP-426 Disable a webhook that nobody answers for, audited in one transaction; false when it is disabled or gone already. */
export async function disableWebhook(
  tenant: TenantKey,
  id: string,
  reason: 'failing' | 'gone',
  audit: Audit,
): Promise<boolean> {
  const refused = await refusedBy(tenant, [
    {
      Update: {
        TableName: tableName(),
        Key: WebhookEntity.key(tenant, id),
        UpdateExpression: 'SET disabled = :reason ADD #version :one',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(disabled)',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':reason': reason, ':one': 1 },
      },
    },
    audited(tenant, audit),
  ]);
  return refused === undefined;
}
