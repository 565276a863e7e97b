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

const update = (tenant: TenantKey, id: CountId, by: number, condition: string, bound: number): TransactItem => ({
  Update: {
    TableName: tableName(),
    Key: OwnCountEntity.key(tenant, id),
    UpdateExpression: 'SET #type = :type ADD #n :by',
    ConditionExpression: condition,
    ExpressionAttributeNames: { '#n': 'n', '#type': TABLE.entity },
    ExpressionAttributeValues: { ':by': by, ':bound': bound, ':type': OwnCountEntity.type },
  },
});

/** One more, on condition that there are fewer than `most`. */
export const countUp = (tenant: TenantKey, id: CountId, most: number): TransactItem =>
  update(tenant, id, 1, 'attribute_not_exists(#n) OR #n < :bound', most);

/** One less. */
export const countDown = (tenant: TenantKey, id: CountId): TransactItem => update(tenant, id, -1, '#n > :bound', 0);
