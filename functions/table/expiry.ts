import type { TenantRules } from '#contract/tenant.ts';
import { firstKept } from '#domain/removal.ts';
import { floorAfterDrop } from '#domain/sequence.ts';
import { keptSince } from '#domain/visibility.ts';
import { removePartsBelow } from './archive-plan.ts';
import { findHead, type Head } from './conversation.ts';
import type { TenantKey } from './entity.ts';
import { beginAt, findHold } from './legal-hold.ts';
import { logOf } from './log/dynamo-store.ts';
import { settle } from './log/settle.ts';
import type { LogStore } from './log/store.ts';
import { isNothing, NOTHING_REMOVED, type Removed, removeBelow, sumOf } from './removal.ts';

/** Entries of a log that are looked at, and given up to be removed, at a time. */
const STEP = 100;

/** What became of the old messages of a conversation. `more`: some are left for another time. */
export interface Expired {
  readonly outcome: 'kept' | 'held' | 'done' | 'more';
  readonly removed: Removed;
}

/**
 * The head after it has forgotten the client ids that stand for numbers below one: a repetition of such a send could not be
 * told from a new one by its number any more, and is refused as too old instead. Undefined when that must wait.
 */
async function forgetBelow(log: LogStore<Head>, head: Head, below: number): Promise<Head | undefined> {
  let now: Head | undefined = head;
  for (let generation = 0; now && generation < 3; generation++) {
    const { recent, older } = now;
    if (![...Object.values(recent), ...Object.values(older)].some((seq) => seq < below)) return now;
    const numbers = Object.values(older);
    const settled = await settle(log, numbers, now.lastAt);
    if (numbers.some((seq) => !settled.has(seq))) return undefined;
    await log.rotate({ generation: now.generation, floor: floorAfterDrop(now) });
    now = await log.head();
  }
  return undefined;
}

/** What is older than `since` and not yet gone, as it would be removed. */
async function wouldGo(log: LogStore<Head>, head: Head, since: number): Promise<Removed> {
  let removed = NOTHING_REMOVED;
  for (let first = head.firstSeq; first <= head.seq; ) {
    const entries = await log.entries(first, Math.min(head.seq, first + STEP - 1));
    const next = firstKept(entries, first, since);
    const gone = entries.filter(({ seq }) => seq < next);
    const messages = gone.filter(({ kind }) => kind === 'message').length;
    removed = sumOf(removed, { ...NOTHING_REMOVED, messages, changes: gone.length - messages });
    if (next < first + STEP) break;
    first = next;
  }
  return removed;
}

/**
 * Removes what a conversation keeps no longer at `at` (ms), up to about `most` entries of its log: first it begins at a
 * later number, which is refused under a legal hold, then what lies below is deleted. What an earlier run left is
 * finished first; two at once do no harm. A dry run only counts.
 */
export async function expireConversation(
  tenant: TenantKey,
  conversationId: string,
  options: {
    readonly retention: TenantRules['retention'];
    readonly at: number;
    readonly most: number;
    readonly dryRun?: boolean;
  },
): Promise<Expired> {
  const log = logOf(tenant, conversationId);
  let head = await log.head();
  if (!head) return { outcome: 'kept', removed: NOTHING_REMOVED };
  const since = keptSince(options.retention, head.rules, options.at);
  if (options.dryRun) return { outcome: 'done', removed: await wouldGo(log, head, since) };
  let removed = NOTHING_REMOVED;
  for (let left = options.most; left > 0; left -= STEP) {
    if (head.firstSeq > 1) {
      if (head.held || (await findHold(tenant, undefined))) return { outcome: 'held', removed };
      const swept = await removeBelow(tenant, conversationId, { below: head.firstSeq, most: STEP });
      removed = sumOf(removed, swept.removed);
      if (!swept.done) continue;
      await removePartsBelow(tenant, conversationId, head.firstSeq);
    }
    const last = Math.min(head.seq, head.firstSeq + STEP - 1);
    const entries = last < head.firstSeq ? [] : await log.entries(head.firstSeq, last);
    const to = firstKept(entries, head.firstSeq, since);
    if (to === head.firstSeq) return { outcome: isNothing(removed) ? 'kept' : 'done', removed };
    if (!(await forgetBelow(log, head, to))) return { outcome: 'more', removed };
    if (!(await beginAt(tenant, conversationId, { from: head.firstSeq, to })))
      return { outcome: (await isHeld(tenant, conversationId)) ? 'held' : 'more', removed };
    head = await log.head();
    if (!head) return { outcome: 'done', removed };
  }
  return { outcome: 'more', removed };
}

const isHeld = async (tenant: TenantKey, conversationId: string): Promise<boolean> =>
  (await findHead(tenant, conversationId))?.held === true || (await findHold(tenant, undefined)) !== undefined;
