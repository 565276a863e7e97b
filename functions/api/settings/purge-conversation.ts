import type { purgeConversation } from '#contract/purge.ts';
import { announce } from '#delivery/announce.ts';
import { Refusal } from '#domain/refusal.ts';
import { auditOf } from '#runtime/audit.ts';
import type { Handle, Request } from '#runtime/service.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { audienceOf } from '#table/member.ts';
import { beginPurge, findPurge, type Purge } from '#table/purge.ts';

/** Tries; each failure means that the conversation was held, purged or its actor changed meanwhile. */
const ROUNDS = 3;

/** Tells those who were in it, as long as it is known who that was. */
async function tell({ caller: { tenant } }: Request, conversationId: string, { seq, endedAt }: Purge) {
  if (endedAt !== undefined) return;
  const event = { type: 'conversation:purged', conversationId, seq } as const;
  await announce(tenant, audienceOf(tenant, conversationId), conversationId, [event]);
}

/**
 * Purges a conversation: from now on it is like one that never was, and a job removes what is stored of it. Whoever asked
 * for it may ask again, and hears the same.
 */
export const handlePurgeConversation: Handle<typeof purgeConversation> = async (
  { conversationId, confirm },
  request,
) => {
  const { caller, at, idempotencyKey: key } = request;
  const { tenant, userId } = caller;
  const answer = async (purge: Purge, replayed: boolean) => {
    await tell(request, conversationId, purge);
    return { body: { conversationId, purgedAt: new Date(purge.at).toISOString() }, replayed };
  };
  for (let round = 0; round < ROUNDS; round++) {
    const { head, member } = await findHeadFor(tenant, conversationId, userId);
    if (!head || key !== undefined) {
      const purge = await findPurge(tenant, conversationId);
      // A direct conversation may have been made again since: then only the same key means the old one.
      if (purge?.by === userId && (!head || purge.key === key)) return answer(purge, true);
    }
    if (!head || !member) throw new Refusal('conversation.not_found');
    if (member.role !== 'owner') throw new Refusal('participant.forbidden');
    if (confirm !== conversationId)
      throw new Refusal('request.invalid', {
        issues: [{ path: 'confirm', message: 'name the conversation once more' }],
      });
    if (head.held) throw new Refusal('conversation.held');
    const purge = { by: userId, at, seq: head.seq, ...(key === undefined ? {} : { key }) };
    const audit = auditOf(request, {
      action: 'conversation.purged',
      target: { kind: 'conversation', id: conversationId },
      before: { type: head.type, name: head.name ?? null, seq: head.seq },
    });
    const begun = await beginPurge(tenant, member, purge, audit);
    if (begun === 'done') return answer({ ...purge, leaseUntil: 0, removed: 0 }, false);
    if (begun === 'held') throw new Refusal('conversation.held');
  }
  throw new Refusal('service.contended');
};
