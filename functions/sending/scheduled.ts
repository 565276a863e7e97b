import type { Event } from '#contract/events.ts';
import { partsOfMessageId } from '#contract/ids.ts';
import { tellOwn } from '#delivery/tell-own.ts';
import { Refusal } from '#domain/refusal.ts';
import { isDone, isWorthWaiting } from '#domain/scheduled.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import type { TenantKey } from '#table/entity.ts';
import {
  findScheduled,
  replaceScheduled,
  type ScheduledKey,
  type StoredScheduled,
  toScheduled,
} from '#table/scheduled.ts';
import { send } from './send.ts';

/** What a user's own devices hear of a scheduled message. What it says is fetched where it is needed. */
export const scheduledEvent = (stored: StoredScheduled): Event => {
  const { id, conversationId, sendAt, state, version, messageId, reason } = toScheduled(stored);
  return { type: 'scheduled:updated', scheduledId: id, conversationId, sendAt, state, version, messageId, reason };
};

/** What became of it; undefined when it may be possible later. Raises whatever is no refusal of the message. */
async function attempt(
  tenant: TenantKey,
  userId: string,
  { conversationId, content, sendId, claimedAt }: StoredScheduled,
  now: number,
): Promise<Partial<StoredScheduled> | undefined> {
  if (sendId === undefined || claimedAt === undefined) throw new Error('a message is sent without having been claimed');
  try {
    const caller = { tenant, userId, roles: [] };
    const { body } = await send({ caller, at: now }, { ...content, conversationId, clientId: sendId });
    return { state: 'sent', seq: partsOfMessageId(body.id).seq };
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'service.contended') throw error;
    return isWorthWaiting(error.code, claimedAt, now) ? undefined : { state: 'failed', reason: error.code };
  }
}

/**
 * Sends a scheduled message if it is due at `now` (ms), or early, exactly once. It is claimed by one update, which edits and
 * cancellations lose or win against; the claim keeps the client id under which it is sent, so that whoever goes on after a
 * crash sends the same message again and not another. All that sending checks is checked now, as its author. Answers it
 * as it is afterwards; undefined when there is none.
 */
export async function sendScheduled(
  tenant: TenantKey,
  key: ScheduledKey,
  now: number,
  { early = false } = {},
): Promise<StoredScheduled | undefined> {
  const { userId } = key;
  const before = await findScheduled(tenant, key);
  if (!before || isDone(before.state)) return before;
  const isDue = before.sendAt <= now || early;
  if (before.state === 'scheduled' && !isDue) return before;
  // Sent early, it is due now: were this the last that is heard of us, the job would find it.
  const sendAt = Math.min(before.sendAt, now);
  const claimed =
    before.state === 'sending'
      ? before
      : await replaceScheduled(
          tenant,
          userId,
          before,
          { state: 'sending', sendAt, claimedAt: now, sendId: mintClientId() },
          now,
        );
  // Edited, cancelled or claimed by somebody else: if it is still to be sent, it is still on the list.
  if (!claimed) return findScheduled(tenant, key);
  const outcome = await attempt(tenant, userId, claimed, now);
  if (!outcome) return claimed;
  const done = await replaceScheduled(tenant, userId, claimed, outcome, now);
  if (!done) return findScheduled(tenant, key);
  await tellOwn(tenant, userId, scheduledEvent(done));
  return done;
}
