import { changeOnce, findForChange } from '#changing/change-message.ts';
import type { deleteMessage } from '#contract/messages.ts';
import { refusalToDelete } from '#domain/message-change.ts';
import type { Handle } from '#runtime/service.ts';
import { toMessage } from '#table/message.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** Deletes a message; what is deleted already stays so, and is answered like it. */
export const handleDeleteMessage: Handle<typeof deleteMessage> = async (input, request) => {
  const found = await findForChange(input, request);
  const { conversationId, seq, stored, member } = found;
  const { changing } = await rulesOf(request.caller.tenant, request.at);
  const actor = { userId: request.caller.userId, at: request.at };
  const refusal = refusalToDelete({ senderId: stored.u, body: stored.b, at: stored.a }, actor, member, changing);
  if (stored.b.type === 'deleted' && !refusal) return { body: toMessage(conversationId, seq, stored), replayed: true };
  const body = { type: 'deleted' } as const;
  return changeOnce(found, { kind: 'message_deleted', body, version: stored.v, asked: [], refusal }, request);
};
