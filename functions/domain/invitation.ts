import type * as z from 'zod';
import type { InvitedRole, Invitation as Shown } from '#contract/invitations.ts';
import type { Threshold } from '#contract/settings.ts';
import { Refusal } from './refusal.ts';
import {
  type Ban,
  isInForce,
  MAY_MANAGE,
  type Membership,
  outranks,
  type Role,
  type Room,
  refusalOfRole,
} from './roles.ts';
import { reaches } from './settings.ts';

export type Invited = z.output<typeof InvitedRole>;

/** What the decisions need to know of an invitation. */
export interface Invitation {
  readonly role: Invited;
  readonly createdBy: string;
  readonly expiresAt: number;
  readonly maxUses?: number | undefined;
  readonly uses: number;
  /** A direct one: for this user alone. */
  readonly userId?: string | undefined;
  readonly revoked?: unknown;
  readonly declinedAt?: number | undefined;
}

/**
 * True when whoever has `role` may let somebody in as `given`, where `threshold` is the lowest role that invites. Like a
 * change of role it gives only lower ones; but a member may invite members where members may invite.
 */
export const mayInviteAs = (role: Role | undefined, given: Role, threshold: Threshold): boolean =>
  role !== undefined &&
  reaches(role, threshold) &&
  (outranks(role, given) || (role === 'member' && given === 'member'));

/** Why the actor may not invite with this role; undefined when they may. */
export const refusalToInvite = (
  room: Room | undefined,
  actor: Membership,
  given: Invited,
  threshold: Threshold,
): Refusal | undefined => {
  if (!room || !actor) return new Refusal('conversation.not_found');
  if (room.type === 'direct') return new Refusal('participant.direct_fixed');
  if (!reaches(actor.role, threshold)) return new Refusal('participant.forbidden', { needs: threshold });
  if (room.archivedAt !== undefined) return new Refusal('conversation.archived');
  if (!mayInviteAs(actor.role, given, threshold))
    return new Refusal('invitation.role_too_high', { highest: actor.role === 'owner' ? 'admin' : 'member' });
  return refusalOfRole(room, given);
};

/**
 * The role with which somebody comes in. Who was a guest when they went comes back as one, unless whoever invites could
 * give them the role as a member too: leaving undoes no demotion.
 */
export const roleByInvitation = (given: Invited, wasGuest: boolean, inviter: Role): Invited =>
  wasGuest && !(MAY_MANAGE.includes(inviter) && outranks(inviter, given)) ? 'guest' : given;

/** Where an invitation stands at `now` (ms). */
export const stateOf = ({ revoked, declinedAt, uses, maxUses, expiresAt }: Invitation, now: number): Shown['state'] => {
  if (revoked) return 'revoked';
  if (declinedAt !== undefined) return 'declined';
  if (maxUses !== undefined && uses >= maxUses) return 'used_up';
  return now >= expiresAt ? 'expired' : 'open';
};

/** Who wants to come in by an invitation, and all that speaks for or against it. */
export interface Entry {
  readonly invitation: Invitation | undefined;
  readonly userId: string;
  /** For whom alone it is. */
  readonly allowed?: readonly string[] | undefined;
  readonly room: Room | undefined;
  readonly ban: Ban | undefined;
  /** Who invited, as they stand now. */
  readonly inviter: Membership;
  readonly threshold: Threshold;
}

/** Why this user does not come in by the invitation at `now`; undefined when they do. Who is not meant hears no more than that. */
export const refusalToEnter = (
  { invitation, userId, allowed, room, ban, inviter, threshold }: Entry,
  now: number,
): Refusal | undefined => {
  if (!invitation || !room) return new Refusal('invitation.not_found');
  if (invitation.userId !== undefined && invitation.userId !== userId) return new Refusal('invitation.not_found');
  if (allowed && !allowed.includes(userId)) return new Refusal('invitation.not_for_you');
  const state = stateOf(invitation, now);
  if (state !== 'open') return new Refusal(`invitation.${state}`);
  if (isInForce(ban, now))
    return new Refusal('participant.banned', { until: ban.until ? new Date(ban.until).toISOString() : null });
  if (!mayInviteAs(inviter?.role, invitation.role, threshold)) return new Refusal('invitation.lapsed');
  return room.archivedAt === undefined ? undefined : new Refusal('conversation.archived');
};

/** Why the actor may not see or withdraw an invitation, their own or another's; undefined when they may. */
export const refusalToHandle = (room: Room | undefined, actor: Membership, isOwn: boolean): Refusal | undefined => {
  if (!room || !actor) return new Refusal('conversation.not_found');
  return isOwn || MAY_MANAGE.includes(actor.role) ? undefined : new Refusal('invitation.not_found');
};
