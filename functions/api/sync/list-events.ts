import { type listEvents, MOST_EVENT_BYTES } from '#contract/sync.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { eventsAfter } from '#syncing/read-events.ts';
import { readingFor } from '#syncing/reading.ts';
import { findHeadFor } from '#table/conversation-list.ts';

/** The events of a conversation after a number, for one of its members. */
export const handleListEvents: Handle<typeof listEvents> = async (
  { conversationId, after, limit },
  { caller: { tenant, userId }, at },
) => {
  const { head, member } = await findHeadFor(tenant, conversationId, userId);
  if (!head || !member) throw new Refusal('conversation.not_found');
  const reading = await readingFor(tenant, { head, member }, at);
  const { events, seq, more, reset } = await eventsAfter(reading, { after, limit, bytes: MOST_EVENT_BYTES });
  return { body: { events, seq, more, reset } };
};
