import type { MessageBody } from '#contract/message-bodies.ts';

/** Numbers of a log that one part of an archive spans at most. */
export const PART = 500;

/** A message as far as it decides whether it may be archived. `z`: it was chosen already. */
interface Kept {
  readonly b: MessageBody;
  readonly p?: unknown;
  readonly t?: unknown;
  readonly k?: unknown;
  readonly z?: unknown;
}

/**
 * Whether a message may go to the archive. What others still build on stays: what is pinned or part of a thread, and what
 * is small and read for other reasons, deleted messages and those of the server.
 */
export const mayBeArchived = ({ b, p, t, k, z }: Kept): boolean =>
  b.type !== 'deleted' && b.type !== 'system' && [p, t, k, z].every((part) => part === undefined);

/** An entry of a log, by its number and time (ms). */
interface Dated {
  readonly seq: number;
  readonly at: number;
}

const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

/**
 * The next part of an archive: from `first` on, without a gap, everything older than `since` (ms) that lies in one month
 * (UTC). Undefined when the first is young enough, or its number holds nothing yet.
 */
export function nextPart(
  entries: readonly Dated[],
  first: number,
  since: number,
): { readonly last: number; readonly month: string } | undefined {
  let next = first;
  let month: string | undefined;
  for (const { seq, at } of entries) {
    if (seq !== next || at >= since || (month !== undefined && monthOf(at) !== month)) break;
    month ??= monthOf(at);
    next += 1;
  }
  return month === undefined ? undefined : { last: next - 1, month };
}

/** The key of a part's object. */
export const partKey = (
  tenantId: string,
  conversationId: string,
  { first, last, month }: { readonly first: number; readonly last: number; readonly month: string },
): string => `archive/${tenantId}/${conversationId}/${month}/${first}-${last}.jsonl.gz`;
