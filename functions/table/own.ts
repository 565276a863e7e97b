import * as z from 'zod';
import type { TransactItem } from '#aws/documents.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** The partition of what belongs to one user alone: bookmarks, drafts, scheduled messages, and how many of each there are. */
export const ownPartition = (tenant: TenantKey, userId: string): string => join(tenant, 'OWN', userId);

/** Which of a user's things are counted. */
export interface CountId {
  readonly userId: string;
  readonly of: 'bookmarks' | 'drafts' | 'scheduled';
}

/** How many of something a user has: changed in the transaction that makes or takes one. */
export const OwnCountEntity = entity({
  type: 'own-count',
  schema: z.object({ n: z.number() }),
  key: (tenant: TenantKey, { userId, of }: CountId): Key => ({ pk: ownPartition(tenant, userId), sk: join('N', of) }),
});

/** One more, on condition that there are fewer than `most`. */
export const countUp = (tenant: TenantKey, id: CountId, most: number): TransactItem => ({
  Update: {
    TableName: tableName(),
    Key: OwnCountEntity.key(tenant, id),
    UpdateExpression: 'SET #type = :type ADD #n :one',
    ConditionExpression: 'attribute_not_exists(#n) OR #n < :most',
    ExpressionAttributeNames: { '#n': 'n', '#type': TABLE.entity },
    ExpressionAttributeValues: { ':one': 1, ':most': most, ':type': OwnCountEntity.type },
  },
});

/** One less, beside a write whose own condition says that there was one. */
export const countDown = (tenant: TenantKey, id: CountId): TransactItem => ({
  Update: {
    TableName: tableName(),
    Key: OwnCountEntity.key(tenant, id),
    UpdateExpression: 'ADD #n :less',
    ExpressionAttributeNames: { '#n': 'n' },
    ExpressionAttributeValues: { ':less': -1 },
  },
});
