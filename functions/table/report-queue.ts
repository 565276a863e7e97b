import * as z from 'zod';
import { documents, type TransactItem } from '#aws/documents.ts';
import { digits, entity, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** Two queues a tenant: reports are rare, and a claim, which comes and goes by itself, moves nothing. */
type Queue = 'unresolved' | 'resolved';

interface Queued {
  readonly id: string;
  /** When it came into the queue, milliseconds. */
  readonly at: number;
}

export const QueuedEntity = entity({
  type: 'report-queued',
  schema: z.object({ id: z.string() }),
  key: (tenant: TenantKey, { queue, id, at }: Queued & { readonly queue: Queue }): Key => ({
    pk: join(tenant, 'MODERATION', queue),
    sk: join('Q', digits(at), id),
  }),
});

/** Part of a transaction: a case comes into a queue. */
export const queued = (
  tenant: TenantKey,
  queue: Queue,
  { id, at, expires }: Queued & { readonly expires: number },
): TransactItem => ({
  Put: {
    TableName: tableName(),
    Item: { ...QueuedEntity.toItem(tenant, { queue, id, at }, { id }), [TABLE.ttl]: expires },
  },
});

/** Part of a transaction: a case goes from a queue. */
export const unqueued = (tenant: TenantKey, queue: Queue, place: Queued): TransactItem => ({
  Delete: { TableName: tableName(), Key: QueuedEntity.key(tenant, { queue, ...place }) },
});

/** AP-250 The ids of a queue's cases, oldest first, after the sort key `after`. */
export async function listQueue(
  tenant: TenantKey,
  queue: Queue,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<{ ids: string[]; next: string | undefined }> {
  const { Items } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': QueuedEntity.key(tenant, { queue, id: '', at: 0 }).pk,
      ':first': page.after === undefined ? 'Q#' : `${page.after}\u0000`,
      ':last': 'Q#~',
    },
    Limit: page.limit + 1,
  });
  const shown = Items.slice(0, page.limit);
  return {
    ids: shown.map((item) => QueuedEntity.fromItem(item).id),
    next: Items.length > page.limit ? String(shown.at(-1)?.['sk']) : undefined,
  };
}
