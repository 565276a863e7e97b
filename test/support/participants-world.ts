import { HeadEntity } from '#table/conversation.ts';
import type { Item, TenantKey } from '#table/entity.ts';
import { MemberEntity } from '#table/member.ts';
import { MemberCountEntity } from '#table/member-count.ts';
import { StandingEntity } from '#table/member-standing.ts';
import { OfferEntity } from '#table/participants-ownership.ts';
import { CHANNEL_ID, CONVERSATION_ID } from './example-ids.ts';

/** What the examples of participants find: the counts of the group, a guest in it, somebody banned from it, and a channel of bob's with ada in it. */
export function participantItems(tenant: TenantKey, at: number): Item[] {
  const member = (userId: string, role: 'owner' | 'member') =>
    MemberEntity.toItem(
      tenant,
      { userId, conversationId: CHANNEL_ID, role, joinedAt: at, joinedSeq: 1, addedBy: 'bob' },
      at,
    );
  return [
    MemberCountEntity.toItem(tenant, CONVERSATION_ID, { members: 3, owners: 1, standings: 1 }),
    MemberEntity.toItem(
      tenant,
      { userId: 'dora', conversationId: CONVERSATION_ID, role: 'guest', joinedAt: at, joinedSeq: 1, addedBy: 'ada' },
      at,
    ),
    StandingEntity.toItem(tenant, CONVERSATION_ID, {
      userId: 'mallory',
      ban: { by: 'ada', byRole: 'admin', at, reason: 'Spam.' },
    }),
    HeadEntity.toItem(tenant, CHANNEL_ID, {
      type: 'channel',
      name: 'Looms',
      createdBy: 'bob',
      createdAt: at,
      // The number that the next change has: answers from here take none.
      seq: 2,
      firstSeq: 1,
      recent: {},
      older: {},
      generation: 0,
      floor: -1,
      lastAt: at,
    }),
    MemberCountEntity.toItem(tenant, CHANNEL_ID, { members: 2, owners: 1 }),
    member('bob', 'owner'),
    member('ada', 'member'),
    OfferEntity.toItem(
      tenant,
      { conversationId: CHANNEL_ID, to: 'ada' },
      { from: 'bob', to: 'ada', stepDown: true, at, expiresAt: Date.UTC(2100, 0), fromGrantedSeq: 1 },
    ),
  ];
}
