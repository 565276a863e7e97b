import * as z from 'zod';
import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { batchGet } from './batch-get.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { tableName } from './table-name.ts';

/** What a comparison of a tenant did, counted: conversations looked at, those not read because nothing had changed, and documents put right. */
const Counts = z.object({
  conversations: z.number(),
  skipped: z.number(),
  missing: z.number(),
  stale: z.number(),
  ghosts: z.number(),
});
export type ReconcileCounts = z.output<typeof Counts>;

/** Where the comparison of a tenant's documents with the table stands. Times in ms. */
const Run = z.object({
  startedAt: z.number(),
  endedAt: z.number().optional(),
  /** The conversation that was looked at last; absent before the tenant's users were. */
  unit: z.string().optional(),
  /** Somebody is at it until then. */
  leaseUntil: z.number(),
  counts: Counts,
});
export type SearchReconcile = z.output<typeof Run>;

export const SearchReconcileEntity = entity({
  type: 'search-reconcile',
  schema: Run,
  key: (tenant: TenantKey, _: undefined): Key => ({ pk: join(tenant, 'SEARCH'), sk: 'RECONCILE' }),
});

/** AP-655 The last comparison of a tenant, or the one under way; undefined before the first. */
export async function findSearchReconcile(tenant: TenantKey): Promise<SearchReconcile | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: SearchReconcileEntity.key(tenant, undefined),
    ConsistentRead: true,
  });
  return Item && SearchReconcileEntity.fromItem(Item);
}

async function put(tenant: TenantKey, run: SearchReconcile, before: SearchReconcile | undefined): Promise<boolean> {
  try {
    await documents.put({
      TableName: tableName(),
      Item: SearchReconcileEntity.toItem(tenant, undefined, run),
      ...(before
        ? {
            ConditionExpression: 'leaseUntil = :lease AND startedAt = :started',
            ExpressionAttributeValues: { ':lease': before.leaseUntil, ':started': before.startedAt },
          }
        : { ConditionExpression: 'attribute_not_exists(pk)' }),
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/**
 * AP-656 Take a tenant's comparison until a time (ms), or begin one when the last began at least `pause` ms ago. Undefined when
 * somebody else has it, or none is due.
 */
export async function takeSearchReconcile(
  tenant: TenantKey,
  { at, until, pause }: { readonly at: number; readonly until: number; readonly pause: number },
): Promise<SearchReconcile | undefined> {
  const last = await findSearchReconcile(tenant);
  if (last && (last.leaseUntil > at || (last.endedAt !== undefined && at - last.startedAt < pause))) return undefined;
  const run: SearchReconcile =
    last && last.endedAt === undefined
      ? { ...last, leaseUntil: until }
      : {
          startedAt: at,
          leaseUntil: until,
          counts: { conversations: 0, skipped: 0, missing: 0, stale: 0, ghosts: 0 },
        };
  return (await put(tenant, run, last)) ? run : undefined;
}

/** AP-657 Note how far a comparison has come; `leaseUntil` 0 gives it back. False when somebody else has it by now. */
export const noteSearchReconcile = (
  tenant: TenantKey,
  before: SearchReconcile,
  run: SearchReconcile,
): Promise<boolean> => put(tenant, run, before);

/** That an index held of a conversation what the table had, and in which state both were then. */
const Agreed = z.object({
  conversationId: z.string(),
  /** What of the head changes with everything that the index is told of. */
  mark: z.string(),
  /** By index: how many messages, and the sum of their sums. */
  held: z.record(z.string(), z.object({ count: z.number(), sum: z.number() })),
  at: z.number(),
});
export type Agreed = z.output<typeof Agreed>;

export const AgreedEntity = entity({
  type: 'search-agreed',
  schema: Agreed,
  key: (tenant: TenantKey, conversationId: string): Key => ({ pk: join(tenant, 'AGREED'), sk: conversationId }),
});

/** AP-658 What is noted of some conversations, by id. */
export async function agreedOf(tenant: TenantKey, conversationIds: readonly string[]): Promise<Map<string, Agreed>> {
  const keys = conversationIds.map((id) => AgreedEntity.key(tenant, id));
  const items = await batchGet(keys, { consistent: true });
  return new Map(items.map(AgreedEntity.fromItem).map((one) => [one.conversationId, one]));
}

/** AP-659 Note that index and table agree about a conversation. */
export const noteAgreed = (tenant: TenantKey, agreed: Agreed): Promise<void> =>
  documents.put({ TableName: tableName(), Item: AgreedEntity.toItem(tenant, agreed.conversationId, agreed) });
