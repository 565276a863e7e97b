import type { scheduleMessage } from '#contract/scheduled.ts';
import { tellOwn } from '#delivery/tell-own.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalOfTime } from '#domain/scheduled.ts';
import { mintClientId, parseOperationId } from '#runtime/operation-id.ts';
import type { Handle } from '#runtime/service.ts';
import { refusalToWrite } from '#sending/permit.ts';
import { scheduledEvent } from '#sending/scheduled.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { digestOf } from '#table/digest.ts';
import { createScheduled, findScheduled, type StoredScheduled, toScheduled } from '#table/scheduled.ts';

/** Schedules a message for its author, who must be one who may write here; all else is checked when it is sent. */
export const handleScheduleMessage: Handle<typeof scheduleMessage> = async (
  { conversationId, clientId, sendAt: said, ...content },
  { caller: { tenant, userId }, at: now, idempotencyKey },
) => {
  const id = `sch_${clientId ?? parseOperationId(idempotencyKey) ?? mintClientId()}`;
  const sendAt = Date.parse(said);
  const hash = digestOf([conversationId, sendAt, content]);
  const [{ head, member }, known] = await Promise.all([
    findHeadFor(tenant, conversationId, userId),
    findScheduled(tenant, { userId, id }),
  ]);
  const replay = (stored: StoredScheduled) => {
    if (stored.hash !== hash) throw new Refusal('scheduled.id_reused');
    return { body: toScheduled(stored), replayed: true };
  };
  if (known) return replay(known);
  const refusal =
    refusalToWrite(head, member) ??
    (head?.archivedAt === undefined ? refusalOfTime(sendAt, now) : new Refusal('conversation.archived'));
  if (refusal) throw refusal;
  const made: StoredScheduled = {
    ...{ id, conversationId, content, hash, sendAt },
    ...{ state: 'scheduled', version: 1, createdAt: now },
  };
  if (!(await createScheduled(tenant, userId, made))) {
    const stored = await findScheduled(tenant, { userId, id });
    if (stored) return replay(stored);
    throw new Error('a scheduled message was there and is not');
  }
  await tellOwn(tenant, userId, scheduledEvent(made));
  return { body: toScheduled(made) };
};
