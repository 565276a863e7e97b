import type { listPins } from '#contract/pins.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { pinsFor } from './show-pins.ts';

export const handleListPins: Handle<typeof listPins> = async ({ conversationId }, request) => {
  const { tenant, userId } = request.caller;
  const { head, member } = await findHeadFor(tenant, conversationId, userId);
  if (!head || !member) throw new Refusal('conversation.not_found');
  const body = await pinsFor(conversationId, { head, member }, request);
  return { body, headers: { etag: `"${body.version}"` } };
};
