import { changeOnce, findForChange } from '#changing/change-message.ts';
import type { editMessage } from '#contract/messages.ts';
import { refusalToEdit } from '#domain/message-change.ts';
import { isLive, mentionsOf } from '#domain/message-parts.ts';
import { refusalOfText } from '#domain/tenant-settings.ts';
import type { Handle } from '#runtime/service.ts';
import { expectedVersion } from '#runtime/version.ts';
import { refusalOfMentions, refusalToWrite } from '#sending/permit.ts';
import { rulesOf } from '#table/tenant-settings.ts';

/** Changes what a message says. Whoever may not write here any more may not edit either; the tenant's limits hold as on sending. */
export const handleEditMessage: Handle<typeof editMessage> = async (input, request) => {
  const { caller, at } = request;
  const version = expectedVersion(input.version, request.ifMatch);
  const mentions = mentionsOf(input.mentions);
  const [found, rules] = await Promise.all([findForChange(input, request), rulesOf(caller.tenant, at)]);
  const { stored, head, member, conversationId } = found;
  const message = { senderId: stored.u, body: stored.b, at: stored.a, forwarded: stored.w !== undefined };
  const refusal =
    refusalToEdit(message, { userId: caller.userId, at }, input.body, rules.changing) ??
    refusalToWrite(head, member) ??
    refusalOfText(rules, input.body) ??
    (await refusalOfMentions(caller, conversationId, mentions))(member);
  const asked = [version, input.body, ...(input.mentions ? [input.mentions] : [])];
  const change = { kind: 'message_edited', body: input.body, version, asked, refusal } as const;
  const mentioning = input.mentions ? { mentions: mentions ?? null } : {};
  return changeOnce(found, { ...change, ...mentioning, fleeting: isLive(stored.b, at) }, request);
};
