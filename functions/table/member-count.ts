import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { conversationPartition } from './conversation.ts';
import { entity, type Key, type TenantKey } from './entity.ts';
import { tableName } from './table-name.ts';

/**
 * How many members a conversation has, exactly: it changes in the same transaction as the members. Outside the head, so
 * that sends do not contend with joins.
 */
const MemberCount = z.object({
  members: z.number(),
  owners: z.number(),
  /** The greatest number of the log that changed this: a change with a lower one comes too late. */
  last: z.number().optional(),
  /** Counts changes of who is banned or remembered as a guest, so that whoever lets somebody in notices one. */
  standings: z.number().optional(),
  /** Counts times that a member went or got a lower role, so that whoever acts by the right of somebody else notices one. */
  falls: z.number().optional(),
});
export type MemberCount = z.output<typeof MemberCount>;

export const MemberCountEntity = entity({
  type: 'count',
  schema: MemberCount,
  key: (tenant: TenantKey, conversationId: string): Key => ({
    pk: conversationPartition(tenant, conversationId),
    sk: 'COUNT',
  }),
});

/** AP-08 How many members a conversation has, consistently; 0 when there is none. */
export async function countMembers(tenant: TenantKey, conversationId: string): Promise<number> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: MemberCountEntity.key(tenant, conversationId),
    ConsistentRead: true,
  });
  return Item ? MemberCountEntity.fromItem(Item).members : 0;
}
