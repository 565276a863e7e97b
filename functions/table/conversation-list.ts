import { documents } from '#aws/documents.ts';
import { batchGet } from './batch-get.ts';
import { type Head, HeadEntity } from './conversation.ts';
import { digits, join, type TenantKey } from './entity.ts';
import { type Member, MemberEntity, userPartition } from './member.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';
import { type MemberState, memberStateOf } from './watermark.ts';

/** AP-19 A conversation's head with one user's membership, consistently, in one call. */
export async function findHeadFor(
  tenant: TenantKey,
  conversationId: string,
  userId: string,
): Promise<{ head: Head | undefined; member: Member | undefined }> {
  const items = await batchGet(
    [HeadEntity.key(tenant, conversationId), MemberEntity.key(tenant, { conversationId, userId })],
    { consistent: true },
  );
  const head = items.find(({ ty }) => ty === HeadEntity.type);
  const member = items.find(({ ty }) => ty === MemberEntity.type);
  return { head: head && HeadEntity.fromItem(head), member: member && MemberEntity.fromItem(member) };
}

/** AP-39 The heads of several conversations, by id, for a list: eventually consistent, half a read unit each. */
export async function headsOf(tenant: TenantKey, conversationIds: readonly string[]): Promise<Map<string, Head>> {
  const idByKey = new Map(conversationIds.map((id) => [HeadEntity.key(tenant, id).pk, id]));
  const items = await batchGet(
    conversationIds.map((id) => HeadEntity.key(tenant, id)),
    { consistent: false },
  );
  return new Map(items.map((item) => [idByKey.get(String(item.pk))!, HeadEntity.fromItem(item)]));
}

/** Where a conversation with this activity (ms) stands in its members' lists. */
export const listPlace = (activityAt: number, conversationId: string): string =>
  join('C', digits(activityAt), conversationId);

/** A membership as the by-user index holds it: without watermarks. */
export type Listed = Omit<MemberState, 'readSeq' | 'readN' | 'readG' | 'deliveredSeq' | 'ownN' | 'bumped'>;

/** AP-05 The conversations of a user, by activity, newest first, before the place `before`. */
export async function listMemberships(
  tenant: TenantKey,
  userId: string,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<{ memberships: { member: Listed; place: string }[]; more: boolean }> {
  const { name, partitionKey, sortKey } = TABLE.byUser;
  const { Items } = await documents.query({
    TableName: tableName(),
    IndexName: name,
    KeyConditionExpression: '#u = :u AND #s BETWEEN :first AND :before',
    ExpressionAttributeNames: { '#u': partitionKey, '#s': sortKey },
    ExpressionAttributeValues: {
      ':u': userPartition(tenant, userId),
      ':first': 'C#',
      ':before': page.before ?? 'C#~',
    },
    ScanIndexForward: false,
    // BETWEEN includes the place itself, which the last page showed already.
    Limit: page.limit + (page.before === undefined ? 1 : 2),
  });
  const found = Items.map((item) => ({ member: memberStateOf(item), place: String(item[sortKey]) })).filter(
    ({ place }) => place !== page.before,
  );
  return { memberships: found.slice(0, page.limit), more: found.length > page.limit };
}
