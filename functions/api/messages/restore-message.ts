import { changeOnce, findForChange } from '#changing/change-message.ts';
import type { restoreMessage } from '#contract/messages.ts';
import { refusalToRestore } from '#domain/message-change.ts';
import type { Handle } from '#runtime/service.ts';
import { refusalToWrite } from '#sending/permit.ts';
import { changesAt } from '#table/message-change.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** Brings back a deleted message, as it was. */
export const handleRestoreMessage: Handle<typeof restoreMessage> = async (input, request) => {
  const found = await findForChange(input, request);
  const { caller, at } = request;
  const { stored, conversationId, head, member } = found;
  const [last] = await changesAt(caller.tenant, conversationId, (stored.l ?? []).slice(-1));
  const deletion = stored.b.type === 'deleted' ? last : undefined;
  const { changing } = await rulesOf(caller.tenant, at);
  const refusal =
    refusalToWrite(head, member) ??
    refusalToRestore(deletion && { by: deletion.u, at: deletion.a }, { userId: caller.userId, at }, changing);
  const body = deletion?.d.before ?? stored.b;
  return changeOnce(found, { kind: 'message_restored', body, version: stored.v, asked: [], refusal }, request);
};
