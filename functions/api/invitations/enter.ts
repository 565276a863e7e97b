import { commitChange } from '#changing/change-members.ts';
import { MEMBER_CAP } from '#contract/conversations.ts';
import { partsOfInvitationId } from '#contract/ids.ts';
import type { redeemInvitation } from '#contract/invitation-entry.ts';
import type { Output } from '#contract/route.ts';
import { refusalToEnter, roleByInvitation } from '#domain/invitation.ts';
import { Refusal } from '#domain/refusal.ts';
import { log } from '#runtime/log.ts';
import type { Answer, Request } from '#runtime/service.ts';
import { type StoredInvitation, usedOnce } from '#table/invitation.ts';
import { type EntryState, readEntry } from '#table/invitation-entry.ts';
import { NUMBERS_A_PAGE, turnPage } from '#table/invitation-uses.ts';
import { grantedSeqOf } from '#table/member.ts';
import { comes, counted, forgotten } from '#table/participants-commit.ts';
import { entryOf } from './entry.ts';

type Entered = Output<typeof redeemInvitation>;

/** An answer, and the invitation when it was used just now. */
export interface Entering {
  readonly answer: Answer<Entered>;
  readonly used: StoredInvitation | undefined;
}

/**
 * Lets a user in by an invitation: membership, counts, use and log entry in one transaction, while nobody lost the right by which
 * they invited. Who is in already stays what they are, and nothing is counted. `unless`: why this invitation is none here.
 */
export async function enter(
  invitationId: string,
  request: Request,
  unless: (state: EntryState) => Refusal | undefined,
): Promise<Entering> {
  const { conversationId } = partsOfInvitationId(invitationId);
  const { tenant, userId } = request.caller;
  let state: EntryState | undefined;
  const inAlready = new Refusal('service.contended');
  const entering = commitChange(
    {
      conversationId,
      asked: ['enter', invitationId],
      plan: async () => {
        state = await readEntry(tenant, invitationId, userId);
        const { invitation, inviter, head, count, standing } = state;
        const none = unless(state);
        if (none) throw none;
        if (state.actor) throw inAlready;
        const refusal = refusalToEnter(entryOf(state, userId), request.at);
        if (refusal || !invitation || !inviter || !head) throw refusal ?? new Refusal('invitation.not_found');
        const cap = MEMBER_CAP[head.type];
        if (count.members >= cap) throw new Refusal('conversation.full', { cap });
        const role = roleByInvitation(invitation.role, standing?.guest === true, inviter.role);
        return {
          body: {
            type: 'system',
            kind: 'participant_joined',
            userIds: [userId],
            roles: [{ userId, role }],
            invitation: { id: invitationId, by: invitation.createdBy },
          },
          parts: (seq, at) => [
            usedOnce(tenant, invitation, seq),
            counted(tenant, { conversationId, seq }, count, { members: 1, cap, seen: count, steady: count }),
            comes(
              tenant,
              { userId, conversationId, role, joinedAt: at, joinedSeq: seq, addedBy: invitation.createdBy },
              count.members + 1,
            ),
            ...(standing ? [forgotten(tenant, { conversationId, userId })] : []),
          ],
        };
      },
    },
    request,
  );
  try {
    const { seq, body, replayed } = await entering;
    const role = body.roles?.[0]?.role ?? 'member';
    const used = replayed ? undefined : state?.invitation;
    if (used && used.numbers.length + 1 >= NUMBERS_A_PAGE)
      // Whoever comes next turns it otherwise.
      await turnPage(tenant, invitationId).catch((error: unknown) =>
        log.error('invitation.page_not_turned', error, { conversationId }),
      );
    return { answer: { body: { conversationId, userId, role, seq }, replayed }, used };
  } catch (error) {
    const already = state?.actor;
    if (error !== inAlready || !already) throw error;
    const body = { conversationId, userId, role: already.role, seq: grantedSeqOf(already) };
    return { answer: { body }, used: undefined };
  }
}
