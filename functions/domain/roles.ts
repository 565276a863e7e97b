import type * as z from 'zod';
import type { ConversationType } from '#contract/conversations.ts';
import type { MemberRole } from '#contract/member-role.ts';
import { Refusal } from './refusal.ts';

/**
 * Who may change whose membership. The hierarchy is Discord's (one touches only lower ones, and gives only lower roles),
 * the form is that of Matrix's authorisation rules: a pure decision over the room and what is stored of both sides.
 */

export type Role = z.output<typeof MemberRole>;

const RANK: Readonly<Record<Role, number>> = { guest: 0, member: 1, admin: 2, owner: 3 };

/** Roles that may remove, ban and change others at all. */
export const MAY_MANAGE: readonly Role[] = ['owner', 'admin'];

/** True when `one` stands strictly above `other`. */
export const outranks = (one: Role, other: Role): boolean => RANK[one] > RANK[other];

/** What the decisions need to know of a conversation. */
export interface Room {
  readonly type: z.output<typeof ConversationType>;
  readonly archivedAt?: number | undefined;
  /** Owners it has now. */
  readonly owners: number;
}

/** Somebody's membership; undefined for an outsider. */
export type Membership = { readonly role: Role } | undefined;

/** A ban: by somebody who had that role then, until a time (ms) or for good. */
export interface Ban {
  readonly byRole: Role;
  readonly until?: number | undefined;
}

/** An offer of ownership, as far as it still stands. */
export interface Offer {
  readonly expiresAt: number;
}

type Decision = Refusal | undefined;

/** True when the ban is in force at `now` (ms). TTL deletes late: an expired one is none. */
export const isInForce = (ban: Ban | undefined, now: number): ban is Ban =>
  ban !== undefined && (ban.until === undefined || now < ban.until);

/** The role with which somebody joins. A guest who goes and comes back is a guest: leaving undoes no demotion. */
export const roleOnJoin = (wasGuest: boolean): Role => (wasGuest ? 'guest' : 'member');

const forbidden = (): Refusal => new Refusal('participant.forbidden');

const refusalToTouch = (room: Room | undefined, actor: Membership): Decision => {
  if (!room || !actor) return new Refusal('conversation.not_found');
  if (room.type === 'direct') return new Refusal('participant.direct_fixed');
  return undefined;
};

const refusalWhenArchived = (room: Room | undefined): Decision =>
  room?.archivedAt === undefined ? undefined : new Refusal('conversation.archived');

/** Why this member may not change others' membership at all; undefined when they may change some. */
export const refusalToManage = (room: Room | undefined, actor: Membership): Decision =>
  refusalToTouch(room, actor) ?? (actor && MAY_MANAGE.includes(actor.role) ? refusalWhenArchived(room) : forbidden());

/** Why the actor may not remove the target; undefined when they may. */
export const refusalToRemove = (room: Room | undefined, actor: Membership, target: Membership): Decision => {
  const refusal = refusalToManage(room, actor);
  if (refusal || !actor) return refusal;
  if (!target) return new Refusal('participant.not_found');
  return outranks(actor.role, target.role) ? undefined : forbidden();
};

/** Why this member may not leave; undefined when they may. */
export const refusalToLeave = (room: Room | undefined, member: Membership): Decision =>
  refusalToTouch(room, member) ??
  (member?.role === 'owner' && room && room.owners <= 1
    ? new Refusal('participant.last_owner')
    : refusalWhenArchived(room));

/** Why a conversation of this type has nobody of this role; undefined when it has. */
export const refusalOfRole = (room: Room | undefined, role: Role): Decision =>
  role === 'guest' && room?.type !== 'channel' ? new Refusal('participant.role_unsupported') : undefined;

/** Why the actor may not give the target this role; undefined when they may. Ownership is never given this way. */
export const refusalToChangeRole = (
  room: Room | undefined,
  actor: Membership,
  target: Membership,
  role: Role,
): Decision => {
  const refusal = refusalToManage(room, actor);
  if (refusal || !actor) return refusal;
  if (!target) return new Refusal('participant.not_found');
  if (!outranks(actor.role, target.role) || !outranks(actor.role, role)) return forbidden();
  return refusalOfRole(room, role);
};

/** Why this member may not take a lower role themselves; undefined when they may. */
export const refusalToStepDown = (room: Room | undefined, member: Membership, role: Role): Decision => {
  const refusal = refusalToTouch(room, member);
  if (refusal || !member) return refusal;
  if (!outranks(member.role, role)) return forbidden();
  // Whoever is the last owner may no more step down than leave.
  return refusalOfRole(room, role) ?? refusalToLeave(room, member);
};

/** Why nobody may join here, or not this user now; undefined when they may. Only channels are open to all. */
export const refusalToJoin = (room: Room | undefined, ban: Ban | undefined, now: number): Decision => {
  if (room?.type !== 'channel') return new Refusal('conversation.not_found');
  if (isInForce(ban, now))
    return new Refusal('participant.banned', { until: ban.until ? new Date(ban.until).toISOString() : null });
  return refusalWhenArchived(room);
};

/** A ban is changed or lifted only by somebody who stands at least where its giver stood. */
const refusalToOverrule = (actor: Membership, ban: Ban | undefined, now: number): Decision =>
  actor && isInForce(ban, now) && outranks(ban.byRole, actor.role) ? forbidden() : undefined;

/** Why the actor may not ban the target, in the room or not, banned already or not; undefined when they may. */
export const refusalToBan = (
  room: Room | undefined,
  actor: Membership,
  target: Membership,
  ban: Ban | undefined,
  now: number,
): Decision =>
  refusalToManage(room, actor) ??
  (actor && target && !outranks(actor.role, target.role) ? forbidden() : refusalToOverrule(actor, ban, now));

/** Why a moderator of the tenant, who is no member, may not ban the target; undefined when they may. A conversation keeps an owner. */
export const refusalToBanByModerator = (room: Room | undefined, target: Membership): Decision => {
  if (!room) return new Refusal('conversation.not_found');
  if (room.type === 'direct') return new Refusal('participant.direct_fixed');
  if (target?.role === 'owner' && room.owners <= 1) return new Refusal('participant.last_owner');
  return refusalWhenArchived(room);
};

/** Why the actor may not lift the ban; undefined when they may. */
export const refusalToUnban = (
  room: Room | undefined,
  actor: Membership,
  ban: Ban | undefined,
  now: number,
): Decision =>
  refusalToManage(room, actor) ??
  (isInForce(ban, now) ? refusalToOverrule(actor, ban, now) : new Refusal('ban.not_found'));

/** Why the actor may not offer the target ownership; undefined when they may. */
export const refusalToOffer = (room: Room | undefined, actor: Membership, target: Membership): Decision => {
  const refusal = refusalToManage(room, actor);
  if (refusal || !actor) return refusal;
  if (actor.role !== 'owner') return forbidden();
  if (!target) return new Refusal('participant.not_found');
  return outranks(actor.role, target.role) ? undefined : forbidden();
};

/** Why this member may not become an owner by the offer; undefined when they may. `from` is who made it, as they stand now. */
export const refusalToAccept = (
  room: Room | undefined,
  member: Membership,
  offer: Offer | undefined,
  from: Membership,
  now: number,
): Decision => {
  const refusal = refusalToTouch(room, member);
  if (refusal) return refusal;
  if (!offer || now >= offer.expiresAt || from?.role !== 'owner' || member?.role === 'owner')
    return new Refusal('ownership.not_offered');
  return refusalWhenArchived(room);
};

/** Why this member may not take an offer back, or decline it when it was made to them; undefined when they may. */
export const refusalToWithdraw = (
  room: Room | undefined,
  actor: Membership,
  offer: Offer | undefined,
  toActor: boolean,
  now: number,
): Decision => {
  const refusal = refusalToTouch(room, actor);
  if (refusal || !actor) return refusal;
  if (!toActor && actor.role !== 'owner') return forbidden();
  if (!offer || now >= offer.expiresAt) return new Refusal('ownership.not_offered');
  return refusalWhenArchived(room);
};
