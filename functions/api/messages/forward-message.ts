import { findForChange } from '#changing/change-message.ts';
import type { forwardMessage } from '#contract/forwards.ts';
import type { Output } from '#contract/route.ts';
import { copyOf } from '#domain/forward.ts';
import { Refusal } from '#domain/refusal.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import type { Handle, Request } from '#runtime/service.ts';
import type { Outgoing } from '#sending/outgoing.ts';
import { send } from '#sending/send.ts';
import { wholeOf } from '#table/archive-part.ts';

type Result = Output<typeof forwardMessage>['results'][number];
type Copy = Pick<Outgoing, 'body' | 'attachments' | 'forward'>;

/** What is to be sent; the reason why the caller may not have it is part of it, since what was sent before is answered still. */
async function copyFor(messageId: string, request: Request): Promise<Copy> {
  try {
    const found = await findForChange({ messageId }, request);
    const [{ conversationId, seq, stored } = found] = await wholeOf(request.caller.tenant, [found]);
    const { body, origin } = copyOf({ conversationId, seq, stored });
    return { body, attachments: stored.f, forward: { messageId, origin } };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return { body: { type: 'text', text: '' }, forward: { messageId, refusal } };
  }
}

/** Sends a copy to each target as any message is sent: with every check, limit and push, once for each client id. */
export const handleForwardMessage: Handle<typeof forwardMessage> = async ({ messageId, targets }, request) => {
  const copy = await copyFor(messageId, request);
  const forwardTo = async ({
    conversationId,
    clientId = mintClientId(),
  }: (typeof targets)[number]): Promise<Result> => {
    try {
      const { body: message } = await send(request, { ...copy, conversationId, clientId });
      return { conversationId, status: 'forwarded', message, code: null };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { conversationId, status: 'refused', message: null, code: error.code };
    }
  };
  const results = await Promise.all(targets.map(forwardTo));
  const { refusal } = copy.forward ?? {};
  if (refusal && results.every(({ code }) => code === refusal.code)) throw refusal;
  return { body: { results } };
};
