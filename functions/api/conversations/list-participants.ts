import type { listParticipants } from '#contract/participants.ts';
import { Refusal } from '#domain/refusal.ts';
import { watermarksOf } from '#domain/watermark.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { listStates } from '#table/receipts.ts';
import { quietReaders } from '#table/user.ts';

export const handleListParticipants: Handle<typeof listParticipants> = async (
  { conversationId, limit, cursor },
  { caller },
) => {
  const { tenant, userId } = caller;
  const key = await signingKey('cursor');
  const list = `participants\n${tenant}\n${userId}\n${conversationId}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { head, member } = await findHeadFor(tenant, conversationId, userId);
  if (!head || !member) throw new Refusal('conversation.not_found');
  // Clients ask when they are told of somebody new: a copy of the table that is a moment old does not know them yet.
  const { states, more } = await listStates(tenant, conversationId, { after, limit, consistent: true });
  const quiet = await quietReaders(
    tenant,
    states.map((state) => state.userId),
  );
  const last = states.at(-1);
  return {
    body: {
      items: states.map((state) => {
        const { read, delivered } = watermarksOf(state);
        return {
          userId: state.userId,
          role: state.role,
          joinedAt: new Date(state.joinedAt).toISOString(),
          addedBy: state.addedBy,
          readSeq: quiet.has(state.userId) && state.userId !== userId ? null : read,
          deliveredSeq: delivered,
        };
      }),
      nextCursor: more && last ? cursorFor(key, list, [last.userId]) : null,
    },
  };
};
