import { log } from '#runtime/log.ts';
import { mintClientId } from '#runtime/operation-id.ts';
import { tenantIdOf } from '#table/entity.ts';
import { findHold } from '#table/legal-hold.ts';
import { type DuePurge, endPurge, findPurge, goOnWithPurge, listDuePurges, takePurge } from '#table/purge.ts';
import { removeSome } from '#table/purge-removal.ts';

/**
 * Milliseconds after which nothing that was begun before the purge writes any more: twice what a function may run. What
 * such a one still stored is removed with the rest.
 */
export const SETTLED_MS = 120_000;

/** Milliseconds for which a removal is one run's: longer than what is left of it when it begins a step. */
const LEASE_MS = 120_000;

const PAGE = 20;

/** What one start did, in conversations. */
export interface Done {
  readonly removed: number;
  /** Not all removed: for the next start. */
  readonly left: number;
  /** Somebody else is at it, or the tenant is under legal hold. */
  readonly passed: number;
  readonly errors: number;
}

/** How one start goes about it. Times in milliseconds. */
interface Pace {
  readonly now: () => number;
  /** When it has to stop. */
  readonly until: number;
}

async function removeOne(due: DuePurge, { now, until }: Pace): Promise<keyof Done> {
  const { tenant, conversationId } = due;
  let lease = now() + LEASE_MS;
  if (!(await takePurge(due, now(), lease))) return 'passed';
  for (;;) {
    const held = (await findHold(tenant, undefined)) !== undefined;
    if (held || now() >= until) {
      await goOnWithPurge(due, lease, 0, 0);
      return held ? 'passed' : 'left';
    }
    const count = await removeSome(tenant, conversationId);
    if (count === 0) break;
    const next = now() + LEASE_MS;
    if (!(await goOnWithPurge(due, lease, next, count))) return 'passed';
    lease = next;
  }
  const removed = (await findPurge(tenant, conversationId))?.removed ?? 0;
  const ended = await endPurge(due, lease, {
    id: `aud_${mintClientId()}`,
    at: now(),
    actorId: null,
    action: 'conversation.removed',
    target: { kind: 'conversation', id: conversationId },
    before: null,
    after: { items: removed },
    reason: null,
    requestId: null,
  });
  return ended ? 'removed' : 'passed';
}

/**
 * Removes what is stored of conversations that were purged, the first purged first, as far as time allows. A start goes on
 * where the last one stopped; one that cannot be removed does not hold up the others.
 */
export async function purgeDue(pace: Pace): Promise<Done> {
  const done = { removed: 0, left: 0, passed: 0, errors: 0 };
  const before = pace.now() - SETTLED_MS;
  for (let last: DuePurge | undefined; ; ) {
    const page = await listDuePurges(before, last, PAGE);
    for (const due of page) {
      if (pace.now() >= pace.until) return done;
      try {
        done[await removeOne(due, pace)] += 1;
      } catch (error) {
        log.error('purge.failed', error, { tenant: tenantIdOf(due.tenant), conversationId: due.conversationId });
        done.errors += 1;
      }
    }
    last = page.at(-1);
    if (page.length < PAGE) return done;
  }
}
