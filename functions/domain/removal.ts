import type { MessageBody } from '#contract/message-bodies.ts';

/** A message as far as it brings media. */
interface Bringing {
  readonly b: MessageBody;
  /** Attachments. */
  readonly f?: readonly string[] | undefined;
}

/** The media that a message brought its readers. */
export const mediaIdsIn = ({ b, f = [] }: Bringing): string[] => [...('mediaId' in b ? [b.mediaId] : []), ...f];

/** An entry of a log, by its number and time (ms). */
interface Dated {
  readonly seq: number;
  readonly at: number;
}

/**
 * Where a conversation begins when everything older than `since` (ms) has gone: the first number, from `first` on, that is
 * kept or holds nothing yet. Entries are those from `first` on, by number; there may be more of them.
 */
export function firstKept(entries: readonly Dated[], first: number, since: number): number {
  let next = first;
  for (const { seq, at } of entries) {
    if (seq !== next || at >= since) break;
    next += 1;
  }
  return next;
}
