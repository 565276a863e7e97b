import { isSame, totalOf } from '#domain/search/digest.ts';
import { sumsByConversation } from '#gateways/search/sums.ts';
import { batchGet } from '#table/batch-get.ts';
import { type Head, HeadEntity } from '#table/conversation.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { settle } from '#table/log/settle.ts';
import { type Generation, indexState } from '#table/search-index.ts';
import {
  agreedOf,
  noteAgreed,
  noteSearchReconcile,
  type ReconcileCounts,
  type SearchReconcile,
  takeSearchReconcile,
} from '#table/search-reconcile.ts';
import { compareMessages, digestsOf, type Expected, NOTHING_WRONG, type Repairs, sumOf } from './compare.ts';
import { compareConversations, compareUsers, removeStrays } from './compare-named.ts';
import type { Pace } from './reindex-session.ts';
import { type Group, groupsOf } from './walk.ts';

/** Conversations looked at together. */
const TOGETHER = 100;
/** Milliseconds that a conversation has to be quiet for before it is noted that all is well with it. */
const QUIET_MS = 60_000;
/** Milliseconds after which a conversation is read again though nothing has changed. */
const TRUSTED_MS = 7 * 86_400_000;

/** What of a head changes with every change of its log: a reaction, an edit and a removal take a number too. */
const markOf = ({ seq, firstSeq, v = 0 }: Head): string => [seq, firstSeq, v].join(' ');

/** Whether nothing can still come under a number that is taken already: then the mark tells of every change to come. */
async function isSettled(tenant: TenantKey, conversationId: string, head: Head, first: number): Promise<boolean> {
  // What is to be removed and is not yet goes without taking a number.
  if (first < head.firstSeq) return false;
  const numbers = [...Object.values(head.recent), ...Object.values(head.older)].filter((seq) => seq >= head.firstSeq);
  const settled = await settle(logOf(tenant, conversationId), numbers, head.lastAt);
  return numbers.every((seq) => settled.has(seq));
}

/** What was found of some conversations: how many of them were read, and what was wrong. */
interface Found {
  readonly read: number;
  readonly repairs: Repairs;
}

/**
 * Compares what indices hold of the messages of some conversations with the table. One of which neither the log nor what an
 * index holds has changed since both agreed is not read.
 */
async function compareGroup(
  tenant: TenantKey,
  indices: readonly Generation[],
  conversationIds: readonly string[],
  at: number,
): Promise<Found> {
  const items = await batchGet(
    conversationIds.map((id) => HeadEntity.key(tenant, id)),
    { consistent: true },
  );
  const heads = new Map(items.map((item) => [String(item.pk), HeadEntity.fromItem(item)]));
  const headOf = (id: string) => heads.get(HeadEntity.key(tenant, id).pk);
  const agreed = await agreedOf(tenant, conversationIds);
  const sums = new Map(
    await Promise.all(
      indices.map(
        async (index) => [index, await sumsByConversation(index, tenantIdOf(tenant), conversationIds)] as const,
      ),
    ),
  );
  const isKnown = (id: string): boolean => {
    const [head, known] = [headOf(id), agreed.get(id)];
    if (!head || !known || known.mark !== markOf(head) || at - known.at >= TRUSTED_MS) return false;
    return indices.every((index) => known.held[index.name] && isSame(known.held[index.name], sums.get(index)?.get(id)));
  };
  const read: (Expected & { readonly first: number })[] = [];
  for (const conversationId of conversationIds)
    if (!isKnown(conversationId))
      read.push({ conversationId, ...(await digestsOf(tenant, conversationId, async () => undefined)) });
  let repairs = NOTHING_WRONG;
  const wrong = new Set<string>();
  for (const index of indices)
    for (const [id, found] of await compareMessages(tenant, index, read, async () => undefined)) {
      repairs = sumOf(repairs, found);
      wrong.add(id);
    }
  for (const { conversationId, digests, first } of read) {
    const head = headOf(conversationId);
    if (!head || wrong.has(conversationId) || at - head.lastAt < QUIET_MS) continue;
    if (!(await isSettled(tenant, conversationId, head, first))) continue;
    const total = totalOf(digests.values());
    const held = Object.fromEntries(indices.map(({ name }) => [name, total]));
    await noteAgreed(tenant, { conversationId, mark: markOf(head), held, at });
  }
  return { read: read.length, repairs };
}

/** Compares one group of a tenant's things. */
async function reconcileGroup(group: Group, at: number): Promise<ReconcileCounts> {
  const { tenant, users, conversationIds, end } = group;
  const { live, kept } = await indexState();
  const indices = [live, ...(kept ? [kept] : [])];
  const beat = async () => undefined;
  let { read, repairs }: Found = { read: 0, repairs: NOTHING_WRONG };
  if (conversationIds.length > 0) ({ read, repairs } = await compareGroup(tenant, indices, conversationIds, at));
  for (const index of indices) {
    if (users) repairs = sumOf(repairs, await compareUsers(tenant, index, beat));
    if (conversationIds.length > 0)
      repairs = sumOf(repairs, await compareConversations(tenant, index, conversationIds));
    if (end) repairs = sumOf(repairs, await removeStrays(tenant, index, beat));
  }
  return { conversations: conversationIds.length, skipped: conversationIds.length - read, ...repairs };
}

const added = (one: ReconcileCounts, other: ReconcileCounts): ReconcileCounts => ({
  conversations: one.conversations + other.conversations,
  skipped: one.skipped + other.skipped,
  ...sumOf(one, other),
});

/** What a call did, and whether the comparison is at its end. */
export interface Reconciled {
  readonly ended: boolean;
  readonly counts: ReconcileCounts;
}

/**
 * Compares what the index holds of a tenant with the table and puts right what differs, from where the last call stopped, as far
 * as time allows; one that ended is begun again after `pause` ms. Undefined when somebody else is at it, or none is due.
 */
export async function reconcileSearch(
  tenant: TenantKey,
  { now, until, pause }: Pace & { readonly pause: number },
): Promise<Reconciled | undefined> {
  const taken = await takeSearchReconcile(tenant, { at: now(), until: until + QUIET_MS, pause });
  if (!taken) return undefined;
  let run: SearchReconcile = taken;
  const tenantId = tenantIdOf(tenant);
  const from = run.unit === undefined ? undefined : { tenantId, unit: run.unit };
  for await (const group of groupsOf({ tenantId }, from, TOGETHER)) {
    const counts = added(run.counts, await reconcileGroup(group, now()));
    const over = !group.end && now() >= until;
    const next: SearchReconcile = {
      ...run,
      counts,
      unit: group.place.unit,
      ...(group.end ? { endedAt: now() } : {}),
      ...(group.end || over ? { leaseUntil: 0 } : {}),
    };
    if (!(await noteSearchReconcile(tenant, run, next))) return undefined;
    run = next;
    if (over) break;
  }
  return { ended: run.endedAt !== undefined, counts: run.counts };
}
