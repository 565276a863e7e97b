import type { Searched } from '#gateways/search/find.ts';
import { presentAmong } from '#gateways/search/present.ts';
import { messageDocumentId } from '#indexing/message-writes.ts';
import type { Scope } from './scope.ts';

/** How far the index follows what a user may see. */
export interface Freshness {
  /** The last message of every conversation up to this time (ms) can be found. */
  readonly through: number;
  readonly behindMs: number;
  /** Conversations whose last message cannot be found yet. */
  readonly conversationsBehind: number;
}

/** Conversations that are looked at: those with the latest messages. */
const LATEST = 100;

/** What was said before that (ms) and is not in the index is lost, not late: a matter of the reconciler, not of a search. */
const LATE_MS = 86_400_000;

/** Documents that were seen in an index: what can be found once can be found from then on. The oldest are forgotten first. */
const seen = new Set<string>();
const MOST_SEEN = 20_000;

function remember(keys: readonly string[]): void {
  for (const key of keys) seen.add(key);
  for (const key of seen) {
    if (seen.size <= MOST_SEEN) return;
    seen.delete(key);
  }
}

/** Conversations with a last message that ought to be in the index, the latest first. */
const expected = ({ conversations }: Scope, at: number) =>
  [...conversations]
    .flatMap(([conversationId, { lastSeq, lastAt, lastType, from, since }]) =>
      lastSeq === undefined || lastType === 'system' || lastSeq < from || lastAt < Math.max(since, at - LATE_MS)
        ? []
        : [{ conversationId, lastSeq, lastAt }],
    )
    .sort((one, other) => other.lastAt - one.lastAt)
    .slice(0, LATEST);

/**
 * How far behind the index is at `at` (ms), for the conversations of a scope: whether searches see the last messages that their heads
 * name. Exact for new messages of the `LATEST` conversations; of changes, and of what lies under a last message, nothing is
 * said. Asks the engine only for what was not seen before. Raises `SearchUnavailable`.
 */
export async function freshnessOf(
  generation: Searched,
  tenantId: string,
  scope: Scope,
  at: number,
): Promise<Freshness> {
  const wanted = expected(scope, at).map((last) => {
    const id = messageDocumentId(tenantId, last.conversationId, last.lastSeq);
    return { ...last, id, key: `${generation.name}\n${id}` };
  });
  const unsure = wanted.filter(({ key }) => !seen.has(key));
  const present = await presentAmong(
    generation,
    tenantId,
    unsure.map(({ id }) => id),
  );
  const [there, missing] = [unsure.filter(({ id }) => present.has(id)), unsure.filter(({ id }) => !present.has(id))];
  remember(there.map(({ key }) => key));
  // A head may be stamped by a clock that is ahead of ours.
  const through = Math.min(at, ...missing.map(({ lastAt }) => lastAt - 1));
  return { through, behindMs: at - through, conversationsBehind: missing.length };
}
