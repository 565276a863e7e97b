import { type Called, mentions } from './message-parts.ts';

/** What a conversation's head says that counting needs. Each is exact at the head's `seq`: one update changes them all. */
export interface HeadCounts {
  readonly seq: number;
  /** Smallest number not purged. */
  readonly firstSeq: number;
  /** Numbers taken for messages; undefined for a conversation that is older than the counter. */
  readonly n?: number | undefined;
  /** Numbers taken to delete or restore a message. */
  readonly g?: number | undefined;
  /** Greatest number given a void. */
  readonly v?: number | undefined;
  /** Greatest number taken with a message, or an edit, that mentions somebody. */
  readonly m?: number | undefined;
  /** The number and the sender of the last message. */
  readonly lastSeq?: number | undefined;
  readonly last?: { readonly by: string } | undefined;
}

/** How far somebody has read: a number of the log and, where they are known, the head's counters at that number. */
export interface Marker {
  readonly seq: number;
  readonly n?: number | undefined;
  readonly g?: number | undefined;
}

/** Somebody whose unread messages are counted. */
export interface Reader {
  readonly userId: string;
  readonly marker: Marker;
  /** `n` with the last message they sent, as far as it is known. Sending moves the marker. */
  readonly spoke?: number | undefined;
}

/**
 * Unread messages by two counters, without reading the log; undefined when they do not tell: something after the marker
 * was deleted, restored, given a void or purged, or a counter is not known. Then `unreadByHand` does.
 */
export function unreadByCounters(head: HeadCounts, { userId, marker, spoke = 0 }: Reader): number | undefined {
  if (marker.seq >= head.seq) return 0;
  if (head.last?.by === userId && head.lastSeq !== undefined) return 0;
  if (head.n === undefined || marker.n === undefined || marker.g !== (head.g ?? 0)) return undefined;
  if ((head.v ?? 0) > marker.seq || head.firstSeq > marker.seq + 1) return undefined;
  return Math.max(0, head.n - Math.max(marker.n, spoke));
}

/** What an entry of a log is to somebody who counts. `sent`: by whom a message was sent, deleted or not; `calls`: whom it mentions. */
export type Counted =
  | {
      readonly kind: 'message';
      readonly seq: number;
      readonly sent: string;
      readonly deleted: boolean;
      readonly calls?: Called | undefined;
    }
  | { readonly kind: 'system' | 'removal' | 'change' | 'void'; readonly seq: number };

/** Messages by others after the marker, and those of them that mention the reader. */
export interface Unread {
  readonly unread: number;
  readonly mentions: number;
}

/** Whether what lies at a number mentions a user: a message that is not deleted, as it is now. Own ones are never after the marker. */
export const isMention = (entry: Counted | undefined, userId: string): boolean =>
  entry?.kind === 'message' && !entry.deleted && mentions(entry.calls, userId);

/**
 * The number after which a reader's mentions count; `none` when there can be none, `unknown` when the reader may have sent
 * something after the marker: where, only the log knows.
 */
export function mentionsAfter(head: HeadCounts, { userId, marker, spoke = 0 }: Reader): number | 'none' | 'unknown' {
  if (head.m === undefined || head.m <= marker.seq) return 'none';
  if (head.last?.by === userId && head.lastSeq !== undefined) return 'none';
  return spoke <= (marker.n ?? 0) ? marker.seq : 'unknown';
}

/**
 * The count by hand that all counting must equal: messages by others after the marker, which sending moves; what the
 * server says is no message, and neither is a change, a void or a deleted message. Entries newest first; `done` when an
 * own message, or the marker, was reached.
 */
export function unreadByHand(
  newestFirst: Iterable<Counted>,
  { userId, marker }: Reader,
): Unread & { readonly done: boolean } {
  let [unread, mentioned] = [0, 0];
  for (const entry of newestFirst) {
    if (entry.seq <= marker.seq) return { unread, mentions: mentioned, done: true };
    if (entry.kind !== 'message') continue;
    if (entry.sent === userId) return { unread, mentions: mentioned, done: true };
    if (!entry.deleted) unread += 1;
    if (isMention(entry, userId)) mentioned += 1;
  }
  return { unread, mentions: mentioned, done: false };
}

/** What entries add to the counters; undefined when a void is among them, whose number may or may not have been counted. */
const added = (entries: readonly Counted[]): { n: number; g: number } | undefined =>
  entries.some(({ kind }) => kind === 'void')
    ? undefined
    : {
        n: entries.filter(({ kind }) => kind === 'message').length,
        g: entries.filter(({ kind }) => kind === 'removal').length,
      };

/** The counters at `seq`, from those of the head and all entries between; undefined when they cannot be known. */
export function markerBefore(head: HeadCounts, seq: number, between: readonly Counted[]): Marker | undefined {
  const sum = between.length === head.seq - seq ? added(between) : undefined;
  if (!sum || head.n === undefined) return undefined;
  return { seq, n: head.n - sum.n, g: (head.g ?? 0) - sum.g };
}

/** The counters at `seq`, from those of an earlier marker and all entries between; undefined when they cannot be known. */
export function markerAfter(earlier: Marker, seq: number, between: readonly Counted[]): Marker | undefined {
  const sum = between.length === seq - earlier.seq ? added(between) : undefined;
  if (!sum || earlier.n === undefined || earlier.g === undefined) return undefined;
  return { seq, n: earlier.n + sum.n, g: earlier.g + sum.g };
}
