import type { Room } from '#domain/roles.ts';
import type { TenantKey } from '#table/entity.ts';
import type { Member } from '#table/member.ts';
import { goes, type Part, remembered } from '#table/participants-commit.ts';
import type { RoomState } from '#table/participants-room.ts';

/** A conversation as the rules of `domain/roles.ts` see it; undefined when there is none. */
export const roomOf = ({ head, count }: Pick<RoomState, 'head' | 'count'>): Room | undefined =>
  head && { type: head.type, archivedAt: head.archivedAt, owners: count.owners };

/** How a member goes. That they were a guest is remembered, or they would come back as more. */
export const exitOf = (tenant: TenantKey, member: Member, seq: number): Part[] => [
  goes(tenant, member, seq),
  ...(member.role === 'guest'
    ? [remembered(tenant, member.conversationId, { userId: member.userId, guest: true })]
    : []),
];
