import * as z from 'zod';
import { Instant, UserId } from './ids.ts';
import { ChangeSeq, OneUser, Place } from './member-change.ts';
import { MemberRole } from './member-role.ts';
import { CHANGE_REFUSALS, CHANGE_USES } from './participants.ts';
import { route } from './route.ts';
import { OWNS, RISES, STEPS } from './within.ts';

/** Days an offer of ownership stands. */
export const OFFER_DAYS = 7;

export const offerOwnership = route({
  method: 'PUT',
  path: '/conversations/{conversationId}/ownership/offers/{userId}',
  summary: 'Offer a participant ownership; they become an owner when they accept, and you an admin unless you stay',
  permission: 'participant:manage',
  within: OWNS,
  uses: CHANGE_USES,
  /** `stepDown: false` makes them an owner beside you. */
  input: OneUser.extend({ stepDown: z.boolean().default(true) }),
  output: z.strictObject({ userId: UserId, expiresAt: Instant, seq: ChangeSeq }),
  refuses: [...CHANGE_REFUSALS, 'participant.forbidden', 'participant.not_found'],
  status: 200,
});

export const withdrawOwnership = route({
  method: 'DELETE',
  path: '/conversations/{conversationId}/ownership/offers/{userId}',
  summary: 'Withdraw an offer of ownership, or decline the one made to you',
  permission: 'participant:manage',
  within: STEPS,
  uses: CHANGE_USES,
  input: OneUser,
  output: z.strictObject({ userId: UserId, seq: ChangeSeq }),
  refuses: [...CHANGE_REFUSALS, 'participant.forbidden', 'ownership.not_offered'],
  status: 200,
});

export const acceptOwnership = route({
  method: 'POST',
  path: '/conversations/{conversationId}/ownership/accept',
  summary: 'Accept the ownership that was offered to you',
  permission: 'participant:manage',
  within: RISES,
  uses: CHANGE_USES,
  input: Place,
  output: z.strictObject({ userId: UserId, role: MemberRole, seq: ChangeSeq }),
  refuses: [...CHANGE_REFUSALS, 'ownership.not_offered'],
  status: 200,
});
