import type { Sequencer } from '#domain/sequence.ts';
import type { StoredMessage } from '../message.ts';
import type { StoredChange } from './change.ts';

/** What lies at one number of a log. */
export type Entry =
  | { readonly kind: 'message'; readonly seq: number; readonly at: number; readonly message: StoredMessage }
  | { readonly kind: 'change'; readonly seq: number; readonly at: number; readonly change: StoredChange }
  | { readonly kind: 'void'; readonly seq: number; readonly at: number };

/** A conversation's head as the log's rules need it. */
export interface LogHead extends Sequencer {
  readonly lastAt: number;
  readonly archivedAt?: number | undefined;
  readonly lastSeq?: number | undefined;
  /** Smallest number not purged; 1 when not said. */
  readonly firstSeq?: number | undefined;
}

/** What a list shows of the last message. */
export interface Preview {
  readonly by: string;
  readonly type: string;
  readonly text: string;
  /** When it was sent (ms); a new message is sent when its number is taken. */
  readonly a?: number | undefined;
}

/** What the one conditional update of the head writes besides the number. `key` is the client id's key. */
export interface Taking {
  readonly key: string;
  /** Server time, milliseconds. */
  readonly at: number;
  /** Set when the number is for a message that lists should show. */
  readonly preview?: Preview | undefined;
  /** Set when the number is for a change of the last message: what lists show then, on condition that it is still the last. */
  readonly renews?: { readonly lastSeq: number; readonly preview: Preview } | undefined;
  /** Set when the number is to delete or restore a message: counts of messages from before it no longer hold. */
  readonly removes?: boolean | undefined;
  /** Set when the number is for a message, or an edit, that mentions somebody. */
  readonly calls?: boolean | undefined;
  /** Set when the number is taken in a conversation that is archived, and only there: to restore it. */
  readonly archived?: boolean | undefined;
}

/**
 * On what the number may be taken, besides the id being in neither generation: the id is younger than all that were
 * ever forgotten; or, once the log was searched for it, no more than one generation has gone since.
 */
export type TakeCondition = { readonly floorBelow: number } | { readonly generationAtMost: number };

export type Taken<H extends LogHead = LogHead> =
  | { readonly ok: true; readonly seq: number; readonly head: H }
  /** `head` is undefined when there is no conversation. */
  | { readonly ok: false; readonly head: H | undefined };

/**
 * The log of one conversation, as the rules in `append.ts` and `settle.ts` use it. Every call is one atomic step; all
 * reads are consistent. Two implementations: DynamoDB, and the tests' model of it.
 */
export interface LogStore<H extends LogHead = LogHead> {
  readonly head: () => Promise<H | undefined>;
  /** Takes the next number and remembers the id, if the condition holds and the conversation is not archived. */
  readonly take: (taking: Taking, condition: TakeCondition) => Promise<Taken<H>>;
  /**
   * Gives a remembered id the next number in place of `from`. The id goes to the generation being filled, so that no
   * drop can forget its new number without settling it.
   */
  readonly move: (taking: Taking, from: { generation: 'recent' | 'older'; seq: number }) => Promise<Taken<H>>;
  /** Forgets the older generation: `recent` becomes `older`. False when the generation counter has moved on. */
  readonly rotate: (drop: { readonly generation: number; readonly floor: number }) => Promise<boolean>;
  /** Puts a message at a number, write-once. False when something lies there. */
  readonly put: (seq: number, message: StoredMessage) => Promise<boolean>;
  /** Gives a number a void, write-once. False when something lies there. */
  readonly void: (seq: number, at: number) => Promise<boolean>;
  readonly entry: (seq: number) => Promise<Entry | undefined>;
  /** All entries from `first` to `last`, both included, by number. */
  readonly entries: (first: number, last: number) => Promise<Entry[]>;
  /** Up to `limit` messages (or changes) and voids below `before`, newest first. */
  readonly backwards: (before: number, limit: number, of?: 'messages' | 'changes') => Promise<Entry[]>;
}
