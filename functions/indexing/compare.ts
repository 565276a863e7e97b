import { type Digest, differences, differing, isSame, plus, RANGE, rangeOf, totalOf } from '#domain/search/digest.ts';
import { refreshIndex } from '#gateways/search/indices.ts';
import { SearchUnavailable } from '#gateways/search/request.ts';
import { messagesHeld, sumsByConversation, sumsByRange } from '#gateways/search/sums.ts';
import { findHead } from '#table/conversation.ts';
import { type TenantKey, tenantIdOf } from '#table/entity.ts';
import type { Generation } from '#table/search-index.ts';
import { messageGone } from './message-writes.ts';
import { readable } from './readable.ts';
import { type IndexWrite, writeDocuments } from './write-documents.ts';

/** What was wrong in an index and is put right, in documents. */
export interface Repairs {
  readonly missing: number;
  readonly stale: number;
  readonly ghosts: number;
}

export const NOTHING_WRONG: Repairs = { missing: 0, stale: 0, ghosts: 0 };

export const sumOf = (one: Repairs, other: Repairs): Repairs => ({
  missing: one.missing + other.missing,
  stale: one.stale + other.stale,
  ghosts: one.ghosts + other.ghosts,
});

/** Says, now and then, that somebody is still at it; raises when that is no longer so. */
export type Beat = () => Promise<void>;

/** Messages of a conversation read at a time. */
const PAGE = 500;

/** Writes what was found wrong. A later version that the index has by now is as good. Raises when the engine did not take it. */
export async function repair(writes: readonly IndexWrite[], into: readonly Generation[]): Promise<void> {
  const results = await writeDocuments(writes, { again: true, into });
  const failed = results.find((result) => typeof result !== 'string' && 'failed' in result);
  if (failed !== undefined) throw new SearchUnavailable(`a repair was not taken: ${JSON.stringify(failed)}`);
}

/**
 * What an index should hold of a conversation, by the table as it is now: its messages range by range; and the number of the
 * first that there is.
 */
export async function digestsOf(
  tenant: TenantKey,
  conversationId: string,
  beat: Beat,
): Promise<{ digests: Map<number, Digest>; first: number }> {
  const digests = new Map<number, Digest>();
  let first = Number.POSITIVE_INFINITY;
  let after: number | undefined = 0;
  while (after !== undefined) {
    const { writes, lowest, next } = await readable(tenant, conversationId, { after, limit: PAGE });
    first = Math.min(first, lowest);
    for (const { document } of writes)
      if (document.kind === 'message')
        digests.set(rangeOf(document.seq), plus(digests.get(rangeOf(document.seq)), document.sum));
    after = next;
    await beat();
  }
  return { digests, first };
}

/** Everything of a conversation between two numbers, as the table has it now. */
async function writesBetween(tenant: TenantKey, conversationId: string, [first, last]: readonly [number, number]) {
  const writes = new Map<number, IndexWrite>();
  const unread = new Set<number>();
  let after: number | undefined = first - 1;
  while (after !== undefined) {
    const page = await readable(tenant, conversationId, { after, last, limit: PAGE });
    for (const write of page.writes) writes.set(seqIn(write), write);
    for (const seq of page.unread.keys()) unread.add(seq);
    after = page.next;
  }
  return { writes, unread };
}

const seqIn = ({ document }: IndexWrite): number =>
  document.kind === 'user' || document.kind === 'conversation' ? 0 : (document.seq ?? 0);

/**
 * Puts right what an index holds of a conversation's numbers from `first` on, one range. The index is asked before the
 * table: what the table does not have then was there and is gone, and what is younger than the index's answer is written
 * in the version that the stream writes too.
 */
async function repairRange(
  tenant: TenantKey,
  conversationId: string,
  index: Generation,
  first: number,
): Promise<Repairs> {
  const tenantId = tenantIdOf(tenant);
  const between = [first, first + RANGE - 1] as const;
  const held = await messagesHeld(index, tenantId, conversationId, between);
  const { writes, unread } = await writesBetween(tenant, conversationId, between);
  const head = await findHead(tenant, conversationId);
  const wanted = new Map(
    [...writes].flatMap(([seq, { document }]) => (document.kind === 'message' ? [[seq, document.sum] as const] : [])),
  );
  // Of what cannot be read, nobody knows whether it is wrong.
  const known = held.filter(({ key }) => !unread.has(key));
  const { missing, stale, ghosts } = differences(wanted, new Map(known.map(({ key, sum }) => [key, sum])));
  const versions = new Map(held.map(({ key, version }) => [key, version]));
  const gone = (seq: number): IndexWrite => {
    const write = messageGone(tenantId, conversationId, seq, Date.now());
    // A number that was not taken yet may be: then what has never been there must not stand in its way.
    return head && seq > head.seq ? { ...write, version: versions.get(seq)! } : write;
  };
  await repair(
    [...[...missing, ...stale].map((seq) => writes.get(seq)!), ...ghosts.map((seq) => writes.get(seq) ?? gone(seq))],
    [index],
  );
  return { missing: missing.length, stale: stale.length, ghosts: ghosts.length };
}

/** A conversation with what an index should hold of it. */
export interface Expected {
  readonly conversationId: string;
  readonly digests: ReadonlyMap<number, Digest>;
}

/**
 * Compares what an index holds of some conversations (at most 1,000) with what it should, and puts right the ranges that
 * differ, and no other. Answers what was wrong, by conversation; one that is equal is left out.
 */
export async function compareMessages(
  tenant: TenantKey,
  index: Generation,
  expected: readonly Expected[],
  beat: Beat,
): Promise<Map<string, Repairs>> {
  const tenantId = tenantIdOf(tenant);
  const ids = expected.map(({ conversationId }) => conversationId);
  const found = new Map<string, Repairs>();
  if (ids.length === 0) return found;
  const sums = await sumsByConversation(index, tenantId, ids);
  const suspects = expected.filter(
    ({ conversationId, digests }) => !isSame(totalOf(digests.values()), sums.get(conversationId)),
  );
  if (suspects.length === 0) return found;
  // What was written a moment ago is not seen before that.
  await refreshIndex(index.name);
  for (const { conversationId, digests } of suspects) {
    const held = await sumsByRange(index, tenantId, conversationId, RANGE);
    let repairs = NOTHING_WRONG;
    for (const range of differing(digests, held)) {
      repairs = sumOf(repairs, await repairRange(tenant, conversationId, index, range));
      await beat();
    }
    if (repairs.missing + repairs.stale + repairs.ghosts > 0) found.set(conversationId, repairs);
  }
  return found;
}
