import { batchGet } from './batch-get.ts';
import { type Head, HeadEntity } from './conversation.ts';
import type { TenantKey } from './entity.ts';
import { type Member, MemberEntity } from './member.ts';
import { type MemberCount, MemberCountEntity } from './member-count.ts';
import { type Standing, StandingEntity } from './member-standing.ts';
import { type Offer, OfferEntity } from './participants-ownership.ts';

/** Whom to look for in a conversation: memberships of all, and of some what else is remembered of them. */
export interface Wanted {
  readonly members: readonly string[];
  readonly standings?: readonly string[];
  readonly offers?: readonly string[];
}

/** A conversation as decisions about its participants need it. The items are read beside each other, not at one moment. */
export interface RoomState {
  readonly head: Head | undefined;
  readonly count: MemberCount;
  readonly members: ReadonlyMap<string, Member>;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly offers: ReadonlyMap<string, Offer>;
}

/** AP-161 A conversation's head, counts and what it holds about some users, consistently. */
export async function readRoom(
  tenant: TenantKey,
  conversationId: string,
  { members, standings = [], offers = [] }: Wanted,
): Promise<RoomState> {
  const items = await batchGet(
    [
      HeadEntity.key(tenant, conversationId),
      MemberCountEntity.key(tenant, conversationId),
      ...members.map((userId) => MemberEntity.key(tenant, { conversationId, userId })),
      ...standings.map((userId) => StandingEntity.key(tenant, { conversationId, userId })),
      ...offers.map((to) => OfferEntity.key(tenant, { conversationId, to })),
    ],
    { consistent: true },
  );
  const all = <T>({ type, fromItem }: { type: string; fromItem: (item: (typeof items)[number]) => T }): T[] =>
    items.filter(({ ty }) => ty === type).map(fromItem);
  return {
    head: all(HeadEntity)[0],
    count: all(MemberCountEntity)[0] ?? { members: 0, owners: 0 },
    members: new Map(all(MemberEntity).map((member) => [member.userId, member])),
    standings: new Map(all(StandingEntity).map((standing) => [standing.userId, standing])),
    offers: new Map(all(OfferEntity).map((offer) => [offer.to, offer])),
  };
}
