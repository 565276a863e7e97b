import type { EarlierMessage, ImportedMessage } from '#contract/imports.ts';
import { Refusal } from './refusal.ts';
import { type Place, placeUnder, type Summary, withReply } from './thread.ts';

/** A message that another one names: its number, its sender and where it stands in a thread. */
export interface Named {
  readonly seq: number;
  readonly by: string;
  readonly place: Place | undefined;
}

/** What a message of a batch becomes: where it stands, and the number and the sender of what it quotes. */
export interface Position extends Named {
  readonly quote: { readonly s: number; readonly u: string } | undefined;
}

/** Which batch, the number of its first message, and the messages of batches before it. */
export interface Around {
  readonly batch: number;
  readonly firstSeq: number;
  readonly earlier: (named: EarlierMessage) => Named | undefined;
}

/**
 * Where the messages of a batch come to stand. What a message names may have been deleted meanwhile: the message was said
 * before. Raises `import.message_unknown` and `thread.too_deep`, with the place of the message in the batch.
 */
export function positionsOf(
  messages: readonly ImportedMessage[],
  { batch, firstSeq, earlier }: Around,
): readonly Position[] {
  const positions: Position[] = [];
  for (const [index, { senderId, parent, replyTo }] of messages.entries()) {
    // Of this batch only what comes before the message is there yet.
    const find = (named: EarlierMessage): Named => {
      const found = named.batch === batch ? positions[named.index] : earlier(named);
      if (!found) throw new Refusal('import.message_unknown', { index });
      return found;
    };
    const above = parent && find(parent);
    const place = above && placeUnder(above.seq, above.place);
    if (place instanceof Refusal) throw new Refusal('thread.too_deep', { ...place.details, index });
    const quoted = replyTo && find(replyTo);
    positions.push({ seq: firstSeq + index, by: senderId, place, quote: quoted && { s: quoted.seq, u: quoted.by } });
  }
  return positions;
}

/** What is known of a thread before a batch. */
export interface ThreadBefore {
  /** Who wrote the root. */
  readonly author: string;
  readonly summary: Summary | undefined;
  /** Whether a user has replied. */
  readonly replied: (userId: string) => boolean;
}

/** How somebody comes to take part in a thread. */
export interface Part {
  readonly reason: 'author' | 'replied';
  readonly replied: boolean;
}

/** What a batch makes of a thread. */
export interface ThreadAfter {
  readonly before: Summary | undefined;
  readonly after: Summary;
  /** Who takes part by it. */
  readonly parts: ReadonlyMap<string, Part>;
}

/**
 * The threads that a batch adds to, by their roots, each as if its replies had been sent one after the other: the root's
 * author follows from the first reply by somebody else, who replies from then on. `at`: the time of the batch (ms).
 */
export function threadsAfter(
  positions: readonly Position[],
  threadAt: (root: number) => ThreadBefore,
  at: number,
): ReadonlyMap<number, ThreadAfter> {
  const threads = new Map<number, ThreadAfter>();
  for (const { seq, by, place } of positions) {
    if (!place) continue;
    const { author, summary, replied } = threadAt(place.r);
    const {
      before,
      after: last,
      parts,
    } = threads.get(place.r) ?? { before: summary, after: summary, parts: new Map() };
    const mine = parts.get(by);
    const isNew = !mine?.replied && !replied(by);
    const begins = last === undefined && author !== by;
    threads.set(place.r, {
      before,
      after: withReply(last, { by, isNew, seq, at }),
      parts: new Map<string, Part>([
        ...parts,
        ...(begins ? [[author, { reason: 'author', replied: false }] as const] : []),
        [by, { reason: mine?.reason ?? 'replied', replied: true }],
      ]),
    });
  }
  return threads;
}
