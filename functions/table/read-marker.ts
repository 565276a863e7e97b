import { type Counted, type Marker, markerAfter, markerBefore } from '#domain/unread.ts';
import type { Head } from './conversation.ts';
import type { Entry, LogStore } from './log/store.ts';
import { type MemberState, markerOf } from './watermark.ts';

/** Entries that are read to know the counters at a marker; beyond, unread messages are counted in the log. */
const MOST_READ = 1_000;

const countedOf = (entry: Entry): Counted => {
  const { seq } = entry;
  if (entry.kind === 'void') return { kind: 'void', seq };
  if (entry.kind === 'change') {
    const { kind } = entry.change.d;
    return { kind: kind === 'message_deleted' || kind === 'message_restored' ? 'removal' : 'change', seq };
  }
  const { b, u } = entry.message;
  return b.type === 'system'
    ? { kind: 'system', seq }
    : { kind: 'message', seq, sent: u, deleted: b.type === 'deleted' };
};

/**
 * A read marker at `seq` with the head's counters there. Whoever has read everything needs no look at the log; else the
 * shorter way is read, from the head back or from the old marker on. Without counters where they cannot be known.
 */
export async function markerAt(log: LogStore, head: Head, member: MemberState, seq: number): Promise<Marker> {
  if (seq === head.seq) return { seq, n: head.n, g: head.g ?? 0 };
  const from = markerOf(member);
  const [back, on] = [head.seq - seq, seq - from.seq];
  if (on > 0 && on < back && on <= MOST_READ && from.n !== undefined) {
    const marker = markerAfter(from, seq, (await log.entries(from.seq + 1, seq)).map(countedOf));
    if (marker) return marker;
  }
  if (back > MOST_READ) return { seq };
  return markerBefore(head, seq, (await log.entries(seq + 1, head.seq)).map(countedOf)) ?? { seq };
}
