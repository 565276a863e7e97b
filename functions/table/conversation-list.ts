import { batchGet } from './batch-get.ts';
import { type Head, HeadEntity } from './conversation.ts';
import type { TenantKey } from './entity.ts';
import { type Member, MemberEntity } from './member.ts';

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
