import type { cancelScheduled, sendScheduledNow, updateScheduled } from '#contract/scheduled.ts';
import { tellOwn } from '#delivery/tell-own.ts';
import { Refusal } from '#domain/refusal.ts';
import { refusalOfTime } from '#domain/scheduled.ts';
import type { Caller } from '#runtime/caller.ts';
import type { Answer, Handle } from '#runtime/service.ts';
import { expectedVersion } from '#runtime/version.ts';
import { scheduledEvent, sendScheduled } from '#sending/scheduled.ts';
import { findScheduled, replaceScheduled, type StoredScheduled, toScheduled } from '#table/scheduled.ts';

type Shown = ReturnType<typeof toScheduled>;

const find = async ({ tenant, userId }: Caller, id: string): Promise<StoredScheduled> => {
  const stored = await findScheduled(tenant, { userId, id });
  if (!stored) throw new Refusal('scheduled.not_found');
  return stored;
};

const answered = (stored: StoredScheduled, replayed = false): Answer<Shown> => ({
  body: toScheduled(stored),
  headers: { etag: `"${stored.version}"` },
  replayed,
});

/** Why it is not changed as it is now; undefined when it is. What is being sent is not stopped any more. */
const refusalOf = (stored: StoredScheduled, expected: number | undefined): Refusal | undefined => {
  const current = toScheduled(stored);
  if (stored.state !== 'scheduled') return new Refusal('scheduled.not_pending', { current });
  return expected === undefined || expected === stored.version
    ? undefined
    : new Refusal('scheduled.version_conflict', { current });
};

/** Changes it as it was looked at, or says why not: the sender or another device was first. */
async function change(
  caller: Caller,
  before: StoredScheduled,
  to: Partial<StoredScheduled>,
  now: number,
): Promise<Answer<Shown>> {
  const after = await replaceScheduled(caller.tenant, caller.userId, before, to, now);
  if (!after) {
    const stored = await find(caller, before.id);
    throw (
      refusalOf(stored, before.version) ?? new Refusal('scheduled.version_conflict', { current: toScheduled(stored) })
    );
  }
  await tellOwn(caller.tenant, caller.userId, scheduledEvent(after));
  return answered(after);
}

export const handleUpdateScheduled: Handle<typeof updateScheduled> = async (
  { scheduledId, version, sendAt: said, body, ...parts },
  { caller, at: now, ifMatch },
) => {
  const expected = expectedVersion(version, ifMatch);
  const before = await find(caller, scheduledId);
  const sendAt = said === undefined ? before.sendAt : Date.parse(said);
  const unknown = body === undefined && Object.values(parts).some((part) => part !== undefined);
  const refusal =
    refusalOf(before, expected) ??
    (said === undefined ? undefined : refusalOfTime(sendAt, now)) ??
    (unknown
      ? new Refusal('request.invalid', { issues: [{ path: 'body', message: 'goes with what else it says' }] })
      : undefined);
  if (refusal) throw refusal;
  return change(caller, before, { sendAt, ...(body ? { content: { body, ...parts } } : {}) }, now);
};

/** Cancels it. What is cancelled already stays so. */
export const handleCancelScheduled: Handle<typeof cancelScheduled> = async (
  { scheduledId, version },
  { caller, at: now, ifMatch },
) => {
  const expected = ifMatch === undefined ? version : expectedVersion(version, ifMatch);
  const before = await find(caller, scheduledId);
  if (before.state === 'cancelled') return answered(before, true);
  const refusal = refusalOf(before, expected);
  if (refusal) throw refusal;
  return change(caller, before, { state: 'cancelled' }, now);
};

/** Sends it now, by the way that it would take when it is due. What is sent already stays so. */
export const handleSendScheduledNow: Handle<typeof sendScheduledNow> = async ({ scheduledId }, { caller, at: now }) => {
  const { tenant, userId } = caller;
  const before = await find(caller, scheduledId);
  if (before.state === 'sent') return answered(before, true);
  const after = await sendScheduled(tenant, { userId, id: scheduledId }, now, { early: true });
  if (!after) throw new Refusal('scheduled.not_found');
  if (after.state === 'cancelled' || (after.state === 'failed' && before.state === 'failed'))
    throw new Refusal('scheduled.not_pending', { current: toScheduled(after) });
  if (after.state === 'scheduled') throw new Refusal('service.contended');
  return answered(after);
};
