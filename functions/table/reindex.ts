import * as z from 'zod';
import { documents, TransactionCanceledException } from '#aws/documents.ts';
import { entity, join, type Key, SYSTEM, scope, type TenantKey } from './entity.ts';
import { calmly } from './log/contention.ts';
import { TABLE } from './schema.ts';
import { Generation } from './search-index.ts';
import { tableName } from './table-name.ts';

/** What was counted: of all that is known, or done of it. */
const Counts = z.object({ conversations: z.number(), messages: z.number() });

/** Where the walk through the tenants stands: behind a unit of one, or within it behind a number or a user. */
const Place = z.object({
  tenantId: z.string(),
  /** A conversation; empty for the tenant's users, who come first. */
  unit: z.string(),
  /** The unit is not finished: it goes on behind this. */
  within: z.union([z.number(), z.string()]).optional(),
});
export type Place = z.output<typeof Place>;

/** A reindex, from when it was asked for. Times in milliseconds. */
const Reindex = z.object({
  id: z.string(),
  scope: z.enum(['everything', 'tenant', 'conversation']),
  /** Whose; absent for everything. */
  tenantId: z.string().optional(),
  conversationId: z.string().optional(),
  /** For everything: over how many routings of the new index some tenants are spread. */
  partitions: z.record(z.string(), z.number()).optional(),
  /** Who asked for it; absent when a new mapping did. */
  by: z.string().optional(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  status: z.enum(['running', 'paused', 'stuck', 'done', 'cancelled', 'rolled_back']),
  /** What somebody wants of it and has not got yet. */
  wanted: z.enum(['pause', 'cancel', 'rollback']).optional(),
  phase: z.enum(['count', 'make', 'write', 'check', 'swap', 'ended']),
  generation: Generation.optional(),
  place: Place.optional(),
  round: z.number(),
  known: Counts,
  done: Counts,
  /** Documents put right by comparing, in this round and in all of them. */
  repairedNow: z.number(),
  repaired: z.number(),
  /** What could not be read, and the first few of it. */
  errors: z.number(),
  said: z.array(z.string()),
  /** Somebody has said that it goes on without that. */
  accepted: z.boolean().optional(),
  /** How long somebody has worked on it in all, and on the phase that it is in. */
  workedMs: z.number(),
  /** Somebody is at it until then, and who. */
  leaseUntil: z.number(),
  owner: z.string().optional(),
});
export type Reindex = z.output<typeof Reindex>;

export const ReindexEntity = entity({
  type: 'reindex',
  schema: Reindex,
  key: (tenant: TenantKey, id: string): Key => ({ pk: join(tenant, 'REINDEX'), sk: id }),
});

/** Under whose key a reindex lies: that of everything is no tenant's. */
export type Holder = TenantKey & { readonly Holder?: never };
export const EVERYTHING: Holder = SYSTEM as TenantKey;
export const holderOf = ({ tenantId }: Pick<Reindex, 'tenantId'>): Holder =>
  tenantId === undefined ? EVERYTHING : scope(tenantId);

const DUE = join(SYSTEM, 'REINDEXES');
/** The one reindex of a holder that is not ended. No tenant id begins with `*`. */
export const dueKey = (run: Pick<Reindex, 'tenantId'>): Key => ({ pk: DUE, sk: run.tenantId ?? '*' });

/** Writes all of it, or nothing, because a condition did not hold: then false. */
export async function together(items: Parameters<typeof documents.transactWrite>[0]): Promise<boolean> {
  try {
    await calmly(() => documents.transactWrite(items));
    return true;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    if (error.CancellationReasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
    throw error;
  }
}

/** AP-644 Begin a reindex, unless its holder has one that is not ended. */
export const beginReindex = (
  asked: Pick<Reindex, 'id' | 'scope' | 'tenantId' | 'conversationId' | 'partitions' | 'by' | 'startedAt'>,
): Promise<Reindex | undefined> => {
  const none = { conversations: 0, messages: 0 };
  const run: Reindex = {
    ...asked,
    ...{ status: 'running', phase: 'count', round: 1, known: none, done: none, repairedNow: 0, repaired: 0 },
    ...{ errors: 0, said: [], workedMs: 0, leaseUntil: 0 },
  };
  const TableName = tableName();
  return together([
    {
      Put: {
        TableName,
        Item: { ...dueKey(run), id: run.id, tenantId: run.tenantId, [TABLE.entity]: 'due-reindex' },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    {
      Put: {
        TableName,
        Item: ReindexEntity.toItem(holderOf(run), run.id, run),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
  ]).then((begun) => (begun ? run : undefined));
};

/** AP-645 A reindex, consistently; undefined when the holder has none with this id. */
export async function findReindex(holder: Holder, id: string): Promise<Reindex | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: ReindexEntity.key(holder, id),
    ConsistentRead: true,
  });
  return Item && ReindexEntity.fromItem(Item);
}

/** AP-646 Reindexes of a holder, the latest first. */
export async function listReindexes(holder: Holder, limit: number): Promise<Reindex[]> {
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': ReindexEntity.key(holder, '').pk },
    ConsistentRead: true,
    ScanIndexForward: false,
    Limit: limit,
  });
  return Items.map(ReindexEntity.fromItem);
}

const DueItem = z.object({ id: z.string(), tenantId: z.string().optional() });

/** AP-647 Reindexes that are not ended: that of everything first. */
export async function dueReindexes(): Promise<z.output<typeof DueItem>[]> {
  const { Items } = await documents.query({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': DUE },
    ConsistentRead: true,
  });
  return Items.map((item) => DueItem.parse(item));
}
