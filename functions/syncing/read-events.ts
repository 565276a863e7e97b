import type { Event } from '#contract/events.ts';
import type { Sight } from '#domain/visibility.ts';
import type { BodyChange } from '#table/log/change.ts';
import type { LogHead, LogStore } from '#table/log/store.ts';
import { type StoredMessage, toMessage } from '#table/message.ts';
import { bodyEvent, changeEvent, messageEvent, threadEvent } from './log-event.ts';
import { type Stretch, settledEntries, settledSeq } from './settled-entries.ts';

/** Numbers of a log that one step reads at most, and at least: some tell nothing. */
const STEP = 100;
const FEW = 10;

/** Numbers that one reading looks at, however few of them tell its reader anything. */
const MOST_READ = 2_000;

/** A conversation's log as one of its members sees it. */
export interface Reading {
  readonly conversationId: string;
  readonly log: LogStore;
  /** Read consistently, before anything else. */
  readonly head: LogHead;
  readonly sight: Pick<Sight, 'from' | 'since'>;
  /** Which numbers between two the reader has hidden from themselves. */
  readonly isHidden: (between: readonly [first: number, last: number]) => Promise<ReadonlySet<number>>;
  /** Messages by number as they are now, consistently; one that is gone is left out. */
  readonly messagesAt: (numbers: readonly number[]) => Promise<ReadonlyMap<number, StoredMessage>>;
}

/** How much is wanted: everything after a number, up to so many numbers that tell something, and bytes of JSON. */
export interface Wanted {
  readonly after: number;
  readonly limit: number;
  readonly bytes: number;
}

/** What a log tells its reader after a number. */
export interface Told {
  readonly events: Event[];
  /** Whatever the reader may see up to here has been told. */
  readonly seq: number;
  /** There is more, and it can be had now. */
  readonly more: boolean;
  /** What followed is not kept, or the number is of another log: a snapshot is needed, which is at `seq` or beyond. */
  readonly reset: boolean;
  /** Bytes of the events as JSON. */
  readonly bytes: number;
}

type Telling = Stretch['entries'][number];

const changesBody = (entry: Telling): entry is Telling & { change: { d: BodyChange } } =>
  entry.kind === 'change' && 'seq' in entry.change.d && 'version' in entry.change.d;

/** The message that an entry is about: itself, or what it changes; undefined where it is about the conversation, as its pins are. */
const subjectOf = (entry: Telling): number | undefined => {
  if (entry.kind === 'message') return entry.seq;
  const { d } = entry.change;
  return 'seq' in d ? d.seq : undefined;
};

/** The messages without which these entries cannot be told; what was read with them is as good where it holds the change. */
const neededFor = (entries: readonly Telling[]): Set<number> => {
  const read = new Map(entries.flatMap((entry) => (entry.kind === 'message' ? [[entry.seq, entry.message]] : [])));
  const needed = new Set<number>();
  for (const entry of entries) {
    if (entry.kind === 'message' && entry.message.z?.o) needed.add(entry.seq);
    if (changesBody(entry) && !((read.get(entry.change.d.seq)?.v ?? 0) > entry.change.d.version))
      needed.add(entry.change.d.seq);
  }
  return needed;
};

/** Tells the entries of a stretch to its reader, by number; what they may not see is left out. */
async function tell(reading: Reading, entries: readonly Telling[]): Promise<Map<number, Event[]>> {
  const { conversationId, sight, messagesAt } = reading;
  const told = new Map<number, Event[]>();
  if (entries.length === 0) return told;
  const inSight = entries.filter((entry) => (subjectOf(entry) ?? entry.seq) >= sight.from);
  const needed = neededFor(inSight);
  const messages = new Map(inSight.flatMap((entry) => (entry.kind === 'message' ? [[entry.seq, entry.message]] : [])));
  for (const [seq, stored] of needed.size > 0 ? await messagesAt([...needed]) : []) messages.set(seq, stored);
  // What deleting and restoring do to a thread, and a reply, is told by the root as it is now.
  const rootOf = (entry: Telling): number | undefined => {
    const counts = entry.kind === 'message' || (changesBody(entry) && entry.change.d.kind !== 'message_edited');
    return counts ? messages.get(subjectOf(entry)!)?.t?.r : undefined;
  };
  const roots = new Set(inSight.map(rootOf).filter((root) => root !== undefined && root >= sight.from));
  const summaries = roots.size > 0 ? await messagesAt([...roots] as number[]) : new Map<number, StoredMessage>();

  const named = [...inSight.map(subjectOf), ...roots].filter((seq) => seq !== undefined);
  const hidden = named.length > 0 ? await reading.isHidden([Math.min(...named), Math.max(...named)]) : new Set();
  const kept = (seq: number): StoredMessage | undefined => {
    const stored = messages.get(seq);
    // One whose content was away, and is gone since it was looked for, is not told.
    return stored && !stored.z?.o && stored.a >= sight.since && !hidden.has(seq) ? stored : undefined;
  };
  for (const entry of inSight) {
    const { seq } = entry;
    const events: Event[] = [];
    const subject = subjectOf(entry);
    if (entry.kind === 'message') {
      const stored = kept(seq);
      if (stored) events.push(messageEvent(toMessage(conversationId, seq, stored)));
    } else if (changesBody(entry)) {
      const { d } = entry.change;
      const stored = kept(d.seq);
      if (stored) events.push(bodyEvent(d.kind, seq, toMessage(conversationId, d.seq, stored)));
    } else if (subject === undefined || !hidden.has(subject)) {
      events.push(changeEvent(conversationId, seq, entry.change));
    }
    const root = rootOf(entry);
    const of = root === undefined ? undefined : summaries.get(root);
    if (root !== undefined && of?.k && of.a >= sight.since && !hidden.has(root))
      events.push(threadEvent(conversationId, seq, root, of.k));
    if (events.length > 0) told.set(seq, events);
  }
  return told;
}

const bytesOf = (events: readonly Event[]): number =>
  events.reduce((sum, event) => sum + Buffer.byteLength(JSON.stringify(event)), 0);

/**
 * What a log tells its reader after a number, in order, as sockets were told; of each message its state now. Never beyond an
 * unsettled number. At least one number is told if there is one, so that whoever goes on from `seq` gets to the end. Two
 * queries a hundred numbers (one where there are no changes), a read of the messages that were changed and one of the
 * roots of threads.
 */
export async function eventsAfter(reading: Reading, { after, limit, bytes: most }: Wanted): Promise<Told> {
  const { log, head, sight } = reading;
  // Who came again sees nothing from before that any more: what they have of it has to go.
  if (after > head.seq || after + 1 < (head.firstSeq ?? 1) || (after > 0 && after + 1 < sight.from)) {
    const seq = await settledSeq(log, head, sight.from);
    return { events: [], seq: Math.max(seq, sight.from - 1), more: false, reset: true, bytes: 0 };
  }
  const events: Event[] = [];
  let seq = Math.max(after, sight.from - 1);
  let numbers = 0;
  let bytes = 0;
  const start = seq;
  while (seq < head.seq && numbers < limit && seq - start < MOST_READ) {
    const last = Math.min(head.seq, seq + Math.min(STEP, Math.max(FEW, limit - numbers)));
    const { entries, end } = await settledEntries(log, head, seq + 1, last);
    for (const [number, telling] of await tell(reading, entries)) {
      const size = bytesOf(telling);
      if (numbers === limit || (numbers > 0 && bytes + size > most))
        return { events, seq: number - 1, more: true, reset: false, bytes };
      events.push(...telling);
      numbers += 1;
      bytes += size;
    }
    seq = Math.max(seq, end);
    if (end < last) return { events, seq, more: false, reset: false, bytes };
  }
  return { events, seq, more: seq < head.seq, reset: false, bytes };
}
