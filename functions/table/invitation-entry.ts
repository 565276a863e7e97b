import { partsOfInvitationId } from '#contract/ids.ts';
import { DEFAULT_SETTINGS, type Threshold } from '#contract/settings.ts';
import { batchGet } from './batch-get.ts';
import { type Head, HeadEntity } from './conversation.ts';
import type { Item, TenantKey } from './entity.ts';
import { AllowedEntity, InvitationEntity, type StoredInvitation } from './invitation.ts';
import { type Member, MemberEntity } from './member.ts';
import { type MemberCount, MemberCountEntity } from './member-count.ts';
import { type Standing, StandingEntity } from './member-standing.ts';
import { ProfileEntity } from './settings.ts';

interface Readable<T> {
  readonly type: string;
  readonly fromItem: (item: Item) => T;
}
const firstOf = <T>(items: readonly Item[], { type, fromItem }: Readable<T>): T | undefined => {
  const item = items.find(({ ty }) => ty === type);
  return item && fromItem(item);
};

/** The lowest role that invites, as a conversation's settings say. */
const thresholdIn = (items: readonly Item[]): Threshold =>
  (firstOf(items, ProfileEntity)?.settings ?? DEFAULT_SETTINGS).thresholds.invite;

/** A conversation as whoever invites, lists or withdraws needs it. */
export interface InvitingRoom {
  readonly head: Head | undefined;
  readonly actor: Member | undefined;
  readonly threshold: Threshold;
  readonly invitation: StoredInvitation | undefined;
  readonly allowed: readonly string[] | undefined;
}

/** AP-240 A conversation's head and settings, the actor's membership and one invitation, consistently, in one call. */
export async function readInviting(
  tenant: TenantKey,
  conversationId: string,
  userId: string,
  invitationId?: string,
): Promise<InvitingRoom> {
  const items = await batchGet(
    [
      HeadEntity.key(tenant, conversationId),
      MemberEntity.key(tenant, { conversationId, userId }),
      ProfileEntity.key(tenant, conversationId),
      ...(invitationId === undefined
        ? []
        : [InvitationEntity.key(tenant, invitationId), AllowedEntity.key(tenant, invitationId)]),
    ],
    { consistent: true },
  );
  return {
    head: firstOf(items, HeadEntity),
    actor: firstOf(items, MemberEntity),
    threshold: thresholdIn(items),
    invitation: firstOf(items, InvitationEntity),
    allowed: firstOf(items, AllowedEntity)?.userIds,
  };
}

/** AP-246 One invitation, consistently; undefined when there is none. */
export async function findInvitation(tenant: TenantKey, invitationId: string): Promise<StoredInvitation | undefined> {
  return firstOf(await batchGet([InvitationEntity.key(tenant, invitationId)], { consistent: true }), InvitationEntity);
}

/** All that is known of an invitation, and of who wants to come in by it. */
export interface EntryState extends InvitingRoom {
  readonly count: MemberCount;
  /** Who invited, as they stand now. */
  readonly inviter: Member | undefined;
  readonly standing: Standing | undefined;
}

/**
 * AP-241 What decides about an entry, consistently, in two calls. The counts are read before the memberships: what has changed since
 * they were read fails the commit, and a right that went before is seen to be gone.
 */
export async function readEntry(tenant: TenantKey, invitationId: string, userId: string): Promise<EntryState> {
  const { conversationId } = partsOfInvitationId(invitationId);
  const first = await batchGet(
    [InvitationEntity.key(tenant, invitationId), MemberCountEntity.key(tenant, conversationId)],
    { consistent: true },
  );
  const invitation = firstOf(first, InvitationEntity);
  const members = [userId, ...(invitation ? [invitation.createdBy] : [])];
  const items = await batchGet(
    [
      HeadEntity.key(tenant, conversationId),
      ProfileEntity.key(tenant, conversationId),
      StandingEntity.key(tenant, { conversationId, userId }),
      ...members.map((member) => MemberEntity.key(tenant, { conversationId, userId: member })),
      ...(invitation?.restricted ? [AllowedEntity.key(tenant, invitationId)] : []),
    ],
    { consistent: true },
  );
  const memberships = items.filter(({ ty }) => ty === MemberEntity.type).map(MemberEntity.fromItem);
  return {
    head: firstOf(items, HeadEntity),
    actor: memberships.find((member) => member.userId === userId),
    threshold: thresholdIn(items),
    invitation,
    // A list that is not there lets nobody in.
    allowed: invitation?.restricted ? (firstOf(items, AllowedEntity)?.userIds ?? []) : undefined,
    count: firstOf(first, MemberCountEntity) ?? { members: 0, owners: 0 },
    inviter: memberships.find((member) => member.userId === invitation?.createdBy),
    standing: firstOf(items, StandingEntity),
  };
}
