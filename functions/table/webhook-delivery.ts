import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { DeliveryState, type WebhookDelivery } from '#contract/webhooks.ts';
import { entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';
import { enteredAt, keptUntil } from './webhook-journal.ts';

/** What a webhook was told, and what came of it. `chain` names the row of attempts that counts now. */
const Stored = z.object({
  eventId: z.string(),
  type: z.string(),
  chain: z.string(),
  state: DeliveryState,
  attempts: z.number(),
  status: z.number().optional(),
  reason: z.string().optional(),
  /** Milliseconds since 1970. */
  attemptedAt: z.number().optional(),
  nextAt: z.number().optional(),
  [TABLE.ttl]: z.number(),
});
export type StoredDelivery = Omit<z.output<typeof Stored>, 'exp'>;

/** Which delivery. */
export interface DeliveryKey {
  readonly webhookId: string;
  readonly position: string;
}

const DELIVERY = 'D#';
const partition = (tenant: TenantKey, webhookId: string): string => join(tenant, 'HOOK', webhookId);

export const DeliveryEntity = entity({
  type: 'webhook-delivery',
  schema: Stored,
  key: (tenant: TenantKey, { webhookId, position }: DeliveryKey): Key => ({
    pk: partition(tenant, webhookId),
    sk: `${DELIVERY}${position}`,
  }),
});

const instant = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

/** A delivery as the API shows it. */
export const toDelivery = (position: string, stored: StoredDelivery): z.input<typeof WebhookDelivery> => ({
  id: `dlv_${position}`,
  eventId: stored.eventId,
  type: stored.type,
  cursor: position,
  state: stored.state,
  attempts: stored.attempts,
  status: stored.status ?? null,
  reason: stored.reason ?? null,
  createdAt: new Date(enteredAt(position)).toISOString(),
  lastAttemptAt: instant(stored.attemptedAt),
  nextAttemptAt: instant(stored.nextAt),
});

/** AP-430 One delivery, consistently; undefined when it is no longer kept at `at` (ms). */
export async function findDelivery(
  tenant: TenantKey,
  key: DeliveryKey,
  at: number,
): Promise<StoredDelivery | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: DeliveryEntity.key(tenant, key),
    ConsistentRead: true,
  });
  if (!Item) return undefined;
  const { [TABLE.ttl]: until, ...stored } = DeliveryEntity.fromItem(Item);
  return until <= at / 1_000 ? undefined : stored;
}

/**
 * AP-431 Record what came of an attempt; false when another row of attempts counts by now, or this attempt was recorded
 * before. A first attempt begins its row.
 */
export async function recordAttempt(tenant: TenantKey, key: DeliveryKey, after: StoredDelivery): Promise<boolean> {
  const first = after.attempts <= 1;
  try {
    await documents.put({
      TableName: tableName(),
      Item: DeliveryEntity.toItem(tenant, key, { ...after, [TABLE.ttl]: keptUntil(enteredAt(key.position)) }),
      ConditionExpression: first
        ? 'attribute_not_exists(pk) OR #chain <> :chain OR #attempts < :attempts'
        : '#chain = :chain AND #attempts < :attempts',
      ExpressionAttributeNames: { '#chain': 'chain', '#attempts': 'attempts' },
      ExpressionAttributeValues: { ':chain': after.chain, ':attempts': after.attempts },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Pages read at most to fill one that is filtered. */
const ROUNDS = 10;

/** AP-432 What a webhook was told, newest first, before a place, in one state or all. `next` says where the next page begins. */
export async function listDeliveries(
  tenant: TenantKey,
  webhookId: string,
  page: {
    readonly before: string | undefined;
    readonly limit: number;
    readonly state: StoredDelivery['state'] | undefined;
    /** Milliseconds. */
    readonly at: number;
  },
): Promise<{ deliveries: { position: string; stored: StoredDelivery }[]; next: string | undefined }> {
  const found: { position: string; stored: StoredDelivery }[] = [];
  let before = page.before;
  const positionOf = ({ sk }: Item): string => String(sk).slice(DELIVERY.length);
  for (let round = 0; round < ROUNDS; round++) {
    const { Items, LastEvaluatedKey } = await documents.query({
      TableName: tableName(),
      ConsistentRead: true,
      KeyConditionExpression: before === undefined ? 'pk = :pk AND begins_with(sk, :all)' : 'pk = :pk AND sk < :before',
      ExpressionAttributeValues: {
        ':pk': partition(tenant, webhookId),
        ...(before === undefined ? { ':all': DELIVERY } : { ':before': `${DELIVERY}${before}` }),
      },
      ScanIndexForward: false,
      Limit: page.limit,
    });
    for (const item of Items) {
      before = positionOf(item);
      const { [TABLE.ttl]: until, ...stored } = DeliveryEntity.fromItem(item);
      if (until <= page.at / 1_000 || (page.state !== undefined && stored.state !== page.state)) continue;
      found.push({ position: before, stored });
      if (found.length === page.limit) break;
    }
    if (!LastEvaluatedKey) return { deliveries: found, next: undefined };
    if (found.length === page.limit) break;
  }
  return { deliveries: found, next: before };
}
