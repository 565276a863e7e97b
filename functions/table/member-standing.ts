import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { MemberRole } from '#contract/member-role.ts';
import { conversationPartition } from './conversation.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/**
 * What a conversation remembers of somebody who is not in it: a ban, and that they were a guest when they went. It never
 * lies beside a membership. Every change of it counts up `standings` in the conversation's counts.
 */
const Standing = z.object({
  userId: z.string(),
  guest: z.boolean().optional(),
  ban: z
    .object({
      by: z.string(),
      byRole: MemberRole,
      at: z.number(),
      /** When it ends (ms); absent: never. */
      until: z.number().optional(),
      reason: z.string().optional(),
    })
    .optional(),
});
export type Standing = z.output<typeof Standing>;

const base = entity({
  type: 'standing',
  schema: Standing,
  key: (tenant: TenantKey, { conversationId, userId }: { conversationId: string; userId: string }): Key => ({
    pk: conversationPartition(tenant, conversationId),
    sk: join('S', userId),
  }),
});

export const StandingEntity = {
  ...base,
  /** With the time from which DynamoDB may delete it: nothing but a ban that ends needs no memory. */
  toItem: (tenant: TenantKey, conversationId: string, standing: Standing) => ({
    ...base.toItem(tenant, { conversationId, userId: standing.userId }, standing),
    ...(standing.ban?.until === undefined || standing.guest
      ? {}
      : { [TABLE.ttl]: Math.ceil(standing.ban.until / 1_000) }),
  }),
};

/** A page of those a conversation remembers, by user id, after `after`. AP-160 Standings of a conversation by user id, consistently. */
export async function listStandings(
  tenant: TenantKey,
  conversationId: string,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<{ standings: Standing[]; more: boolean }> {
  const { Items = [] } = await documents.query({
    TableName: tableName(),
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': conversationPartition(tenant, conversationId),
      ':first': page.after === undefined ? 'S#' : `S#${page.after}\u0000`,
      ':last': 'S#~',
    },
    Limit: page.limit + 1,
  });
  return { standings: Items.slice(0, page.limit).map(StandingEntity.fromItem), more: Items.length > page.limit };
}
