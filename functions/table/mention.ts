import type { Mentions } from '#contract/message-parts.ts';
import type { Room } from '#domain/message-parts.ts';
import { batchGet } from './batch-get.ts';
import type { TenantKey } from './entity.ts';
import { MemberEntity } from './member.ts';
import { MemberCountEntity } from './member-count.ts';

/** AP-170 Who of the mentioned is in a conversation and, for a mention of all, how many are; consistently, in one call. */
export async function roomFor(tenant: TenantKey, conversationId: string, { userIds, all }: Mentions): Promise<Room> {
  const items = await batchGet(
    [
      ...userIds.map((userId) => MemberEntity.key(tenant, { conversationId, userId })),
      ...(all ? [MemberCountEntity.key(tenant, conversationId)] : []),
    ],
    { consistent: true },
  );
  const count = items.find(({ ty }) => ty === MemberCountEntity.type);
  return {
    present: new Set(items.filter(({ ty }) => ty === MemberEntity.type).map(({ userId }) => String(userId))),
    members: count ? MemberCountEntity.fromItem(count).members : 0,
  };
}
