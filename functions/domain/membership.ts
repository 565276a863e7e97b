import type * as z from 'zod';
import type { ConversationType } from '#contract/conversations.ts';
import type { MemberRole } from '#contract/member-role.ts';
import { Refusal } from './refusal.ts';
import { type Rules, rolesToAdd } from './settings.ts';

type Role = z.output<typeof MemberRole>;

/** What the decisions below need to know of somebody's membership; undefined for an outsider. */
export interface Membership {
  readonly role: Role;
}

/**
 * Why this user may not write to this conversation; undefined when they may. Not a member and not there look alike,
 * so that an outsider cannot probe which conversations exist. Guests read.
 */
export const refusalToSend = (membership: Membership | undefined): Refusal | undefined => {
  if (!membership) return new Refusal('conversation.not_found');
  return membership.role === 'guest' ? new Refusal('message.forbidden') : undefined;
};

/** Why this user may not add participants; undefined when they may. */
export function refusalToAdd(
  conversation:
    | {
        readonly type: z.output<typeof ConversationType>;
        readonly archivedAt?: number | undefined;
        readonly rules?: Rules | undefined;
      }
    | undefined,
  membership: Membership | undefined,
): Refusal | undefined {
  if (!conversation || !membership) return new Refusal('conversation.not_found');
  if (conversation.type === 'direct') return new Refusal('participant.direct_fixed');
  const needs: readonly Role[] = rolesToAdd(conversation.rules);
  if (!needs.includes(membership.role)) return new Refusal('participant.forbidden', { needs });
  if (conversation.archivedAt !== undefined) return new Refusal('conversation.archived');
  return undefined;
}
