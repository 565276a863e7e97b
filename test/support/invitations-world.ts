import { HeadEntity } from '#table/conversation.ts';
import type { Item, TenantKey } from '#table/entity.ts';
import { InvitationEntity, type StoredInvitation } from '#table/invitation.ts';
import { MemberEntity } from '#table/member.ts';
import { MemberCountEntity } from '#table/member-count.ts';
import { ReceivedEntity } from '#table/received-invitation.ts';
import { CONVERSATION_ID, DIRECT_INVITATION_ID, INVITATION_ID, INVITING_ID, LINK_ID } from './example-ids.ts';

/** What the examples of invitations find: one of ada's, and a group of bob's to which ada has a link and a direct one. */
export function invitationItems(tenant: TenantKey, at: number): Item[] {
  const invitation = (id: string, conversationId: string, createdBy: string, more: Partial<StoredInvitation> = {}) =>
    InvitationEntity.toItem(tenant, {
      id,
      conversationId,
      role: 'member',
      createdBy,
      createdAt: at,
      expiresAt: Date.UTC(2100, 0),
      uses: 0,
      numbers: [],
      pages: 0,
      hash: 'test',
      ...more,
    });
  return [
    invitation(INVITATION_ID, CONVERSATION_ID, 'ada', { uses: 1, numbers: [1] }),
    invitation(LINK_ID, INVITING_ID, 'bob'),
    invitation(DIRECT_INVITATION_ID, INVITING_ID, 'bob', { userId: 'ada', maxUses: 1 }),
    ReceivedEntity.toItem(tenant, { userId: 'ada', conversationId: INVITING_ID }, { id: DIRECT_INVITATION_ID }),
    HeadEntity.toItem(tenant, INVITING_ID, {
      type: 'group',
      name: 'Difference engines',
      createdBy: 'bob',
      createdAt: at,
      seq: 1,
      firstSeq: 1,
      recent: {},
      older: {},
      generation: 0,
      floor: -1,
      lastAt: at,
    }),
    MemberCountEntity.toItem(tenant, INVITING_ID, { members: 1, owners: 1 }),
    MemberEntity.toItem(
      tenant,
      { userId: 'bob', conversationId: INVITING_ID, role: 'owner', joinedAt: at, joinedSeq: 1, addedBy: 'bob' },
      at,
    ),
  ];
}
