import { isDone } from '#domain/scheduled.ts';
import { log } from '#runtime/log.ts';
import { sendScheduled } from '#sending/scheduled.ts';
import { DUE_PARTS, type Due, dropDue, listDue } from '#table/due.ts';
import { tenantIdOf } from '#table/entity.ts';

/** Messages of one part of the list that are sent at once. */
const AT_ONCE = 8;

/** What one start did. */
export interface Done {
  readonly sent: number;
  readonly failed: number;
  /** Still on the list: refused for now, or an error. */
  readonly left: number;
  readonly errors: number;
}

const one = async (due: Due, now: number): Promise<keyof Done | undefined> => {
  try {
    const after = await sendScheduled(due.tenant, due, now);
    // Whoever ended it took it off the list; what is on it nevertheless is left over from nothing.
    if (!after || (isDone(after.state) && after.sendAt !== due.at)) await dropDue(due);
    if (after?.state === 'sent') return 'sent';
    if (after?.state === 'failed') return 'failed';
    return after?.state === 'sending' ? 'left' : undefined;
  } catch (error) {
    log.error('scheduled.not_sent', error, { tenant: tenantIdOf(due.tenant), id: due.id });
    return 'errors';
  }
};

/**
 * Sends what is due at `now` (ms), the longest due first, until there is nothing more or the time `deadline` (by the clock)
 * has come. One that fails does not hold up the others and is tried again at the next start.
 */
export async function sendDue(now: number, deadline: number): Promise<Done> {
  const done = { sent: 0, failed: 0, left: 0, errors: 0 };
  const part = async (number: number): Promise<void> => {
    let after: string | undefined;
    do {
      const { due, next } = await listDue(number, now, { after, limit: AT_ONCE });
      for (const outcome of await Promise.all(due.map((each) => one(each, now)))) if (outcome) done[outcome] += 1;
      after = next;
    } while (after !== undefined && Date.now() < deadline);
  };
  await Promise.all(Array.from({ length: DUE_PARTS }, (_, number) => part(number)));
  return done;
}
