import { type Limits, lookBackHorizon } from '#domain/sequence.ts';
import type { Entry, LogHead, LogStore } from './store.ts';

/** Who wrote an entry, under which client or operation id, with which digest; undefined for a void. */
export const originOf = (entry: Entry): { u: string; c?: string | undefined; h?: string | undefined } | undefined =>
  entry.kind === 'message' ? entry.message : entry.kind === 'change' ? entry.change : undefined;

/** Entries one step of a look-back reads. */
const STEP = 250;

/**
 * Looks for a client id that is older than the head's memory, from the head backwards to where it cannot lie any more.
 * Answers the entry, undefined when it was never stored, or `too_far` when that would take more than
 * `limits.lookBack` entries.
 */
export async function lookBack(
  log: LogStore,
  head: LogHead,
  wanted: {
    readonly author: string;
    readonly clientId: string;
    readonly tau: number;
    readonly of?: 'messages' | 'changes';
  },
  limits: Limits,
): Promise<Entry | 'too_far' | undefined> {
  const horizon = lookBackHorizon(wanted.tau, limits);
  let before = head.seq + 1;
  for (let read = 0; read < limits.lookBack; ) {
    const entries = await log.backwards(before, Math.min(STEP, limits.lookBack - read), wanted.of);
    for (const entry of entries) {
      const origin = originOf(entry);
      if (origin?.u === wanted.author && origin.c === wanted.clientId) return entry;
      if (entry.at < horizon) return undefined;
    }
    const last = entries.at(-1);
    // What was older may have been there: nobody can say that it was never stored.
    if (!last) return (head.firstSeq ?? 1) > 1 ? 'too_far' : undefined;
    read += entries.length;
    before = last.seq;
  }
  return 'too_far';
}
