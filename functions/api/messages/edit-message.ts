import { changeOnce, findForChange } from '#changing/change-message.ts';
import type { editMessage } from '#contract/messages.ts';
import { refusalToEdit } from '#domain/message-change.ts';
import type { Handle } from '#runtime/service.ts';
import { expectedVersion } from '#runtime/version.ts';

export const handleEditMessage: Handle<typeof editMessage> = async (input, request) => {
  const version = expectedVersion(input.version, request.ifMatch);
  const found = await findForChange(input, request);
  const { u: senderId, b: body } = found.stored;
  const refusal = refusalToEdit({ senderId, body }, request.caller.userId, input.body);
  const asked = [version, input.body];
  return changeOnce(found, { kind: 'message_edited', body: input.body, version, asked, refusal }, request);
};
