import * as z from 'zod';
import {
  ConditionalCheckFailedException,
  documents,
  type TransactItem,
  TransactionCanceledException,
} from '#aws/documents.ts';
import type { Audit } from '#domain/audit.ts';
import { audited } from './audit.ts';
import { HeadEntity } from './conversation.ts';
import { digits, entity, join, type Key, SYSTEM, scope, type TenantKey, tenantIdOf } from './entity.ts';
import { HoldEntity } from './legal-hold.ts';
import { calmly } from './log/contention.ts';
import type { Member } from './member.ts';
import { stillIs } from './participants-commit.ts';
import { RegisteredEntity } from './retention-registry.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** That a conversation was purged, by whom, and how far its removal has come. It stays: a repetition of the request is told by it. */
const Purge = z.object({
  by: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** The last number it had. */
  seq: z.number(),
  /** The Idempotency-Key of the request. */
  key: z.string().optional(),
  /** Somebody is removing it until then (ms), and nobody else may. */
  leaseUntil: z.number(),
  /** Items deleted; those of a step that died on the way are not counted. */
  removed: z.number(),
  endedAt: z.number().optional(),
});
export type Purge = z.output<typeof Purge>;

export const PurgeEntity = entity({
  type: 'purge',
  schema: Purge,
  key: (tenant: TenantKey, conversationId: string): Key => ({ pk: join(tenant, 'PURGES'), sk: conversationId }),
});

/** A conversation that is to be removed, on the list that the job starts from. It is no tenant's, and says nothing of them but where to look. */
export interface DuePurge {
  readonly tenant: TenantKey;
  readonly conversationId: string;
  readonly at: number;
}

const LIST = join(SYSTEM, 'PURGES');
const DueItem = z.object({ tenantId: z.string(), conversationId: z.string(), at: z.number() });
const dueKey = ({ tenant, conversationId, at }: DuePurge): Key => ({
  pk: LIST,
  sk: join(digits(at), tenantIdOf(tenant), conversationId),
});

/** AP-257 The purge of a conversation, consistently; undefined when there was none. */
export async function findPurge(tenant: TenantKey, conversationId: string): Promise<Purge | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: PurgeEntity.key(tenant, conversationId),
    ConsistentRead: true,
  });
  return Item && PurgeEntity.fromItem(Item);
}

/** Writes all of it, or tells which condition did not hold. */
const writeAll = async (items: readonly TransactItem[]): Promise<number | 'done'> => {
  try {
    await calmly(() => documents.transactWrite(items));
    return 'done';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failed = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (failed < 0) throw error;
    return failed;
  }
};

/**
 * AP-258 Take a conversation's head away, which nothing of it can be seen or changed without, and put it on the list of what
 * is to be removed: with the audit entry, while the actor is what they were and no legal hold is on it. `head`: it is
 * held, or gone.
 */
export async function beginPurge(
  tenant: TenantKey,
  actor: Member,
  purge: Pick<Purge, 'by' | 'at' | 'seq' | 'key'>,
  audit: Audit,
): Promise<'done' | 'head' | 'held' | 'actor' | 'running'> {
  const TableName = tableName();
  const { conversationId } = actor;
  const due = { tenant, conversationId, at: purge.at };
  const written = await writeAll([
    {
      Delete: {
        TableName,
        Key: HeadEntity.key(tenant, conversationId),
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(held)',
      },
    },
    {
      ConditionCheck: {
        TableName,
        Key: HoldEntity.key(tenant, undefined),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    stillIs(tenant, actor),
    {
      Put: {
        TableName,
        Item: PurgeEntity.toItem(tenant, conversationId, { ...purge, leaseUntil: 0, removed: 0 }),
        ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(endedAt)',
      },
    },
    {
      Put: {
        TableName,
        Item: {
          ...dueKey(due),
          [TABLE.entity]: 'due-purge',
          tenantId: tenantIdOf(tenant),
          conversationId,
          at: purge.at,
        },
      },
    },
    audited(tenant, audit),
  ]);
  return written === 'done' ? 'done' : ((['head', 'held', 'actor'] as const)[written] ?? 'running');
}

/** AP-259 Conversations purged by `until` (ms) that are not all removed, the first purged first, after one of them. */
export async function listDuePurges(until: number, after: DuePurge | undefined, limit: number): Promise<DuePurge[]> {
  const { Items } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': LIST,
      ':first': after ? `${dueKey(after).sk}\u0000` : '0',
      ':last': `${digits(until)}#~`,
    },
    Limit: limit,
  });
  return Items.map((item) => {
    const { tenantId, ...due } = DueItem.parse(item);
    return { ...due, tenant: scope(tenantId) };
  });
}

const updateIf = async (
  { tenant, conversationId }: DuePurge,
  { set, condition, values }: { set: string; condition: string; values: Record<string, unknown> },
): Promise<boolean> => {
  try {
    await documents.update({
      TableName: tableName(),
      Key: PurgeEntity.key(tenant, conversationId),
      UpdateExpression: set,
      ConditionExpression: condition,
      ExpressionAttributeValues: values,
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

/** AP-294 Take the removal of a conversation until a time (ms). False while somebody else has it, or it is over. */
export const takePurge = (due: DuePurge, now: number, until: number): Promise<boolean> =>
  updateIf(due, {
    set: 'SET leaseUntil = :until',
    condition: 'attribute_exists(pk) AND attribute_not_exists(endedAt) AND leaseUntil <= :now',
    values: { ':until': until, ':now': now },
  });

/** AP-295 Count what was removed, and keep the removal for longer. False when somebody else has it by now. */
export const goOnWithPurge = (due: DuePurge, had: number, until: number, removed: number): Promise<boolean> =>
  updateIf(due, {
    set: 'SET leaseUntil = :until ADD removed :removed',
    condition: 'leaseUntil = :had AND attribute_not_exists(endedAt)',
    values: { ':until': until, ':had': had, ':removed': removed },
  });

/**
 * AP-296 End a removal, with its audit entry: the conversation is on no list any more, and one with its id may be made again.
 * False when somebody else has the removal by now.
 */
export async function endPurge(due: DuePurge, had: number, audit: Audit): Promise<boolean> {
  const { tenant, conversationId } = due;
  const TableName = tableName();
  const written = await writeAll([
    {
      Update: {
        TableName,
        Key: PurgeEntity.key(tenant, conversationId),
        UpdateExpression: 'SET endedAt = :at',
        ConditionExpression: 'leaseUntil = :had AND attribute_not_exists(endedAt)',
        ExpressionAttributeValues: { ':at': audit.at, ':had': had },
      },
    },
    { Delete: { TableName, Key: { ...dueKey(due) } } },
    { Delete: { TableName, Key: RegisteredEntity.key(tenant, conversationId) } },
    audited(tenant, audit),
  ]);
  return written === 'done';
}
