import { banPlan } from '#changing/ban-member.ts';
import { commitChange } from '#changing/change-members.ts';
import { changeOnce } from '#changing/change-message.ts';
import { roomOf } from '#changing/room.ts';
import { messageIdOf, partsOfMessageId, reportedMessageId } from '#contract/ids.ts';
import { Refusal } from '#domain/refusal.ts';
import { isInForce, refusalToBanByModerator } from '#domain/roles.ts';
import { auditOf } from '#runtime/audit.ts';
import type { Request } from '#runtime/service.ts';
import { writeAudit } from '#table/audit.ts';
import { findHead } from '#table/conversation.ts';
import { findStoredMessage } from '#table/message.ts';
import { readRoom } from '#table/participants-room.ts';
import type { StoredCase } from '#table/report.ts';

/** Times that a message is deleted anew because somebody edited it meanwhile. */
const TRIES = 4;

/** A moderator's act. Each does nothing where it is done already, so that what failed half way is done by the same call again. */
type Act = (found: StoredCase, reason: string | undefined, request: Request) => Promise<void>;

/** The request without its key: several changes are made by it, and what is done already tells itself. */
const withoutKey = (request: Request): Request => ({ ...request, idempotencyKey: undefined });

/** Why the sender cannot be banned; undefined when they can. Looked at before anything is done. */
export async function refusalToBanSender(
  { id, senderId }: StoredCase,
  { caller }: Request,
): Promise<Refusal | undefined> {
  const { conversationId } = partsOfMessageId(reportedMessageId(id));
  const state = await readRoom(caller.tenant, conversationId, { members: [senderId] });
  return refusalToBanByModerator(roomOf(state), state.members.get(senderId));
}

/** Deletes the message as its author could, with the log's entry and the event. */
export const deleteReported: Act = async ({ id }, reason, request) => {
  const { tenant } = request.caller;
  const { conversationId, seq } = partsOfMessageId(reportedMessageId(id));
  for (let attempt = 1; ; attempt++) {
    const [head, stored] = await Promise.all([
      findHead(tenant, conversationId),
      findStoredMessage(tenant, { conversationId, seq }),
    ]);
    // What is gone or purged needs no deleting.
    if (!head || !stored || stored.b.type === 'deleted') return;
    const target = { kind: 'message', id: messageIdOf(conversationId, seq) } as const;
    await writeAudit(
      tenant,
      auditOf(request, { action: 'message.deleted', target, before: { version: stored.v }, reason }),
    );
    try {
      await changeOnce(
        { conversationId, seq, stored, head },
        { kind: 'message_deleted', body: { type: 'deleted' }, version: stored.v, asked: [], refusal: undefined },
        withoutKey(request),
      );
      return;
    } catch (error) {
      const again = error instanceof Refusal && error.code === 'message.version_conflict' && attempt < TRIES;
      if (!again) throw error;
    }
  }
};

/** Bans the sender for good, as an owner could. */
export const banSender: Act = async ({ id, senderId }, reason, request) => {
  const { tenant, userId } = request.caller;
  const { conversationId } = partsOfMessageId(reportedMessageId(id));
  const wanted = { members: [senderId], standings: [senderId] };
  const isBanned = (ban: Parameters<typeof isInForce>[0]) => isInForce(ban, request.at) && ban.until === undefined;
  const { standings } = await readRoom(tenant, conversationId, wanted);
  if (isBanned(standings.get(senderId)?.ban)) return;
  await writeAudit(
    tenant,
    auditOf(request, {
      action: 'participant.banned',
      target: { kind: 'user', id: senderId },
      after: { conversationId },
      reason,
    }),
  );
  await commitChange(
    {
      conversationId,
      asked: ['ban', senderId],
      plan: async () => {
        const state = await readRoom(tenant, conversationId, wanted);
        const refusal = refusalToBanByModerator(roomOf(state), state.members.get(senderId));
        if (refusal) throw refusal;
        const ban = { by: userId, byRole: 'owner', reason } as const;
        return banPlan(tenant, { conversationId, userId: senderId, state, ban, guards: [] });
      },
    },
    withoutKey(request),
  );
};
