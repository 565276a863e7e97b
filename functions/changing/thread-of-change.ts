import type { Event } from '#contract/events.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Summary } from '#domain/thread.ts';
import { threadEvent } from '#syncing/log-event.ts';
import type { TenantKey } from '#table/entity.ts';
import { hideParts, linksOf, releaseParts, showAgainParts } from '#table/media-reference.ts';
import { findStoredMessage, type MessageKey, type StoredMessage } from '#table/message.ts';
import { changeMessage, type MessageChange } from '#table/message-change.ts';
import { removalParts } from '#table/thread.ts';

/** Tries of one change at its number; each failure means that somebody else changed the thread. */
const ROUNDS = 20;

/**
 * How a message is changed that may be a reply or carry media: one that is deleted or restored is counted on its root, and
 * its media lose or get their links, in the same transaction; its thread is told of behind the change. Under a legal hold a
 * deleted message keeps its media.
 */
export function threadOfChange(
  tenant: TenantKey,
  { conversationId, seq }: MessageKey,
  stored: StoredMessage,
  held: boolean,
) {
  const { t: place } = stored;
  const message = { conversationId, seq };
  let made: Summary | undefined;
  const findSummary = async (): Promise<Summary | undefined> =>
    place && (await findStoredMessage(tenant, { conversationId, seq: place.r }))?.k;
  const mediaParts = async ({ what, body, at }: MessageChange): Promise<NonNullable<MessageChange['parts']>> => {
    if (what.kind === 'message_edited') return [];
    if (what.kind === 'message_restored') return showAgainParts(tenant, message, { ...stored, b: body });
    const links = linksOf(message, stored);
    return held ? hideParts(tenant, links) : releaseParts(tenant, links, at);
  };
  return {
    async write(change: MessageChange): Promise<'done' | 'seq' | 'stale'> {
      const { kind } = change.what;
      for (let round = 1; round <= ROUNDS; round++) {
        const before = kind === 'message_edited' ? undefined : await findSummary();
        // Without its root a reply changes alone: there is nobody left to count it.
        const counted =
          place && before && kind !== 'message_edited'
            ? removalParts(tenant, { conversationId, seq }, place, before, kind)
            : undefined;
        const parts = [...(counted?.parts ?? []), ...(await mediaParts(change))];
        const written = await changeMessage(tenant, { ...change, parts });
        // Only what was stored is told: another attempt of the same change may have been first.
        if (written === 'done') made = counted?.after;
        if (written !== 'part') return written;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * round));
      }
      throw new Refusal('service.contended');
    },

    /** What is told behind the change; a repetition tells how the thread stands now. */
    async events(kind: MessageChange['what']['kind'], number: number): Promise<Event[]> {
      const summary = !place || kind === 'message_edited' ? undefined : (made ?? (await findSummary()));
      if (!place || !summary) return [];
      return [threadEvent(conversationId, number, place.r, summary)];
    },
  };
}
