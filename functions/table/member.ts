import * as z from 'zod';
import { documents, pagesOf } from '#aws/documents.ts';
import { MemberRole } from '#contract/member-role.ts';
import { batchGet } from './batch-get.ts';
import { conversationPartition } from './conversation.ts';
import { digits, entity, type Item, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** A user's membership of one conversation. */
export const Member = z.object({
  userId: z.string(),
  conversationId: z.string(),
  role: MemberRole,
  joinedAt: z.number(),
  /** The number of the log entry that let them in. */
  joinedSeq: z.number(),
  addedBy: z.string(),
  /** The number of the log entry that gave them the role; absent while it is the one they came with. */
  grantedSeq: z.number().optional(),
  /** The other member of a direct conversation has blocked this one. */
  blocked: z.boolean().optional(),
  /** Between which numbers they have hidden messages from themselves. */
  hid: z.object({ first: z.number(), last: z.number() }).optional(),
});
export type Member = z.output<typeof Member>;

/** The number of the log entry that made somebody what they are. */
export const grantedSeqOf = ({ grantedSeq, joinedSeq }: Member): number => grantedSeq ?? joinedSeq;

/** The partition of the by-user index that holds a user's memberships. */
export const userPartition = (tenant: TenantKey, userId: string): string => join(tenant, 'U', userId);

const base = entity({
  type: 'member',
  schema: Member,
  key: (tenant: TenantKey, id: { conversationId: string; userId: string }): Key => ({
    pk: conversationPartition(tenant, id.conversationId),
    sk: join('P', id.userId),
  }),
});

export const MemberEntity = {
  ...base,
  /** With its place in the by-user index: by `activityAt` (ms), newest last, or apart from these in a `large` conversation. */
  toItem: (tenant: TenantKey, member: Member, activityAt: number | 'large'): Item => ({
    ...base.toItem(tenant, member, member),
    [TABLE.byUser.partitionKey]: userPartition(tenant, member.userId),
    [TABLE.byUser.sortKey]:
      activityAt === 'large' ? largePlace(member.conversationId) : listPlace(activityAt, member.conversationId),
  }),
};

/** Where a conversation with this activity (ms) stands in its members' lists. */
export const listPlace = (activityAt: number, conversationId: string): string =>
  join('C', digits(activityAt), conversationId);

/** What the places of large conversations begin with: after all others, so that one query reads both. */
export const LARGE = 'L#';

/** Where a conversation stands that has too many members to be moved in all their lists: it is merged in when they are read. */
export const largePlace = (conversationId: string): string => LARGE + conversationId;

/** AP-02 One user's membership, consistently; undefined when there is none. */
export async function findMember(
  tenant: TenantKey,
  conversationId: string,
  userId: string,
): Promise<Member | undefined> {
  const { Item } = await documents.get({
    TableName: tableName(),
    Key: MemberEntity.key(tenant, { conversationId, userId }),
    ConsistentRead: true,
  });
  return Item && MemberEntity.fromItem(Item);
}

/** AP-03 The user ids of all members: a conversation's audience. Reads about 25 members a kilobyte. */
export async function audienceOf(tenant: TenantKey, conversationId: string): Promise<string[]> {
  const pages = pagesOf({
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :members)',
    ProjectionExpression: 'sk',
    ExpressionAttributeValues: { ':pk': conversationPartition(tenant, conversationId), ':members': 'P#' },
  });
  const users: string[] = [];
  for await (const items of pages) for (const { sk } of items) users.push(String(sk).slice(2));
  return users;
}

/** AP-06 Every conversation id of a user, for the permission filter of a search. */
export async function conversationIdsOf(tenant: TenantKey, userId: string): Promise<string[]> {
  const { name, partitionKey } = TABLE.byUser;
  const pages = pagesOf({
    TableName: tableName(),
    IndexName: name,
    KeyConditionExpression: '#u = :u',
    ProjectionExpression: 'conversationId',
    ExpressionAttributeNames: { '#u': partitionKey },
    ExpressionAttributeValues: { ':u': userPartition(tenant, userId) },
  });
  const ids: string[] = [];
  for await (const items of pages) for (const { conversationId } of items) ids.push(String(conversationId));
  return ids;
}

/** AP-675 Who of some users is in which of some conversations, consistently: one read unit a pair. */
export async function membersAmong(
  tenant: TenantKey,
  pairs: readonly { readonly conversationId: string; readonly userId: string }[],
): Promise<(conversationId: string, userId: string) => boolean> {
  const keys = pairs.map((pair) => MemberEntity.key(tenant, pair));
  const items = keys.length > 0 ? await batchGet(keys, { consistent: true }) : [];
  const found = new Set(items.map(MemberEntity.fromItem).map((member) => `${member.conversationId} ${member.userId}`));
  return (conversationId, userId) => found.has(`${conversationId} ${userId}`);
}
