import { roomOf } from '#changing/room.ts';
import { invitationIdOf } from '#contract/ids.ts';
import type { createInvitation } from '#contract/invitations.ts';
import type { Input, Output } from '#contract/route.ts';
import { announce } from '#delivery/announce.ts';
import { refusalToInvite, stateOf } from '#domain/invitation.ts';
import { Refusal } from '#domain/refusal.ts';
import { isInForce } from '#domain/roles.ts';
import { log } from '#runtime/log.ts';
import { partOfOperation } from '#runtime/operation-id.ts';
import type { Answer, Request } from '#runtime/service.ts';
import type { Head } from '#table/conversation.ts';
import { digestOf } from '#table/digest.ts';
import type { TenantKey } from '#table/entity.ts';
import type { StoredInvitation } from '#table/invitation.ts';
import { readInviting } from '#table/invitation-entry.ts';
import { countMembers } from '#table/member-count.ts';
import { type Candidate, readCandidates, storeDirect } from '#table/received-invitation.ts';
import { invitedTo } from './entry.ts';
import type { Call } from './invite-by-link.ts';
import { toReceived } from './received.ts';

const TRIES = 4;

type Asked = Extract<Input<typeof createInvitation>, { readonly kind: 'direct' }>;
type Result = Extract<Output<typeof createInvitation>, { readonly kind: 'direct' }>['results'][number];

/** What becomes of one user who is to be invited: an answer already, or undefined when there is to be an invitation. */
const answerFor = (
  { userId, member, ban, last, blocks, made }: Candidate,
  id: string,
  at: number,
): Result | undefined => {
  if (made) return { userId, status: 'invited', invitationId: id };
  if (member) return { userId, status: 'already_member', invitationId: null };
  if (isInForce(ban, at)) return { userId, status: 'banned', invitationId: null };
  // One that its user never sees stands in nobody else's way.
  if (last && stateOf(last, at) === 'open' && (blocks || !last.hidden))
    return { userId, status: 'already_invited', invitationId: last.id };
  return undefined;
};

/**
 * Invites users directly and reports each. Who has blocked the inviter gets nothing, and the inviter sees no difference. The
 * same operation id again invites nobody a second time.
 */
export async function inviteDirectly(
  { conversationId, role, expiresIn, userIds }: Asked,
  { caller: { tenant, userId }, at }: Request,
  { operationId, count }: Call,
): Promise<Answer<Output<typeof createInvitation>>> {
  const unique = [...new Set(userIds)];
  const ids = unique.map((_, index) => invitationIdOf(conversationId, partOfOperation(operationId, index)));
  const hash = digestOf([userId, role, expiresIn]);
  let counted = false;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const [{ head, actor, threshold }, candidates] = await Promise.all([
      readInviting(tenant, conversationId, userId),
      readCandidates(tenant, conversationId, userId, unique, ids),
    ]);
    const refusal = refusalToInvite(roomOf({ head, count: { members: 0, owners: 0 } }), actor, role, threshold);
    if (refusal || !actor || !head) throw refusal ?? new Refusal('conversation.not_found');
    if (!counted) await count();
    counted = true;
    const fresh: { invitation: StoredInvitation; replaces: string | undefined }[] = [];
    const results = candidates.map((candidate, index): Result => {
      const id = ids[index]!;
      const answer = answerFor(candidate, id, at);
      if (answer) return answer;
      const invitation: StoredInvitation = {
        id,
        conversationId,
        role,
        createdBy: userId,
        createdAt: at,
        expiresAt: at + expiresIn * 1_000,
        maxUses: 1,
        uses: 0,
        numbers: [],
        pages: 0,
        userId: candidate.userId,
        ...(candidate.blocks ? { hidden: true } : {}),
        hash,
      };
      fresh.push({ invitation, replaces: candidate.last?.id });
      return { userId: candidate.userId, status: 'invited', invitationId: id };
    });
    const body = { kind: 'direct', results } as const;
    if (fresh.length === 0) return { body, replayed: results.some(({ status }) => status === 'invited') };
    if (!(await storeDirect(tenant, fresh, actor))) continue;
    await tell(
      tenant,
      head,
      fresh.map(({ invitation }) => invitation),
    );
    return { body };
  }
  throw new Refusal('service.contended');
}

/** Tells those who are invited. What fails is in their list all the same. */
async function tell(tenant: TenantKey, head: Head, invitations: readonly StoredInvitation[]): Promise<void> {
  const seen = invitations.filter(({ hidden }) => !hidden);
  const [one] = seen;
  if (!one) return;
  try {
    const members = await countMembers(tenant, one.conversationId);
    await Promise.all(
      seen.map((invitation) => {
        const shown = toReceived(invitation, invitedTo(invitation.id, head, members));
        return announce(tenant, [invitation.userId!], undefined, [{ type: 'invitation:received', invitation: shown }]);
      }),
    );
  } catch (error) {
    log.error('invitation.not_told', error, { conversationId: one.conversationId });
  }
}
