import type { Holding } from './tree.ts';

/** A message as the index holds it. Everything is derived from the table; the texts themselves are not given back by the engine. */
export interface MessageDocument {
  readonly kind: 'message';
  readonly tenant: string;
  readonly conversation: string;
  readonly seq: number;
  readonly sender: string;
  /** When it was said (ms): of an imported one when it was said there. */
  readonly at: number;
  /** When it was stored (ms): what retention goes by. */
  readonly storedAt: number;
  readonly type: string;
  readonly has: readonly Holding[];
  /** Users mentioned by name, and `*` for all. */
  readonly mentions: readonly string[];
  readonly edited: boolean;
  readonly pinned: boolean;
  /** The number of the root of the thread that it stands in or begins. */
  readonly thread?: number;
  /** ISO 639-1, where the text tells it well enough. */
  readonly lang?: string;
  /** The words of what people wrote, folded, a space between them (`spaced` in `words.ts`). */
  readonly text?: string;
  /** What they wrote, folded, under its language (or the likeliest ones), for what is alike in that language. */
  readonly stem?: Readonly<Record<string, string>>;
  /** Tokens of code in it. */
  readonly code?: readonly string[];
  /** What it shows: media ids, their names (as `text`) and content types. */
  readonly media?: readonly string[];
  readonly names?: string;
  readonly mediaTypes?: readonly string[];
  /** A number made of all of the above (32 bits): sums of it tell whether index and table agree. */
  readonly sum: number;
}

/** A user of a tenant, for searches by name. */
export interface UserDocument {
  readonly kind: 'user';
  readonly tenant: string;
  readonly user: string;
  /** Display name and id, as `text`. */
  readonly names: string;
  readonly sum: number;
}

/** A conversation, for searches by what it is called and about. Who is in it is not indexed: the table knows that now. */
export interface ConversationDocument {
  readonly kind: 'conversation';
  readonly tenant: string;
  readonly conversation: string;
  readonly type: string;
  /** Name and description, each as `text`. */
  readonly names: string;
  readonly text?: string;
  readonly sum: number;
}

/** What is left of what is gone: no search matches it, but its version still wins over what comes late. */
export interface Tombstone {
  readonly kind: 'gone';
  readonly tenant: string;
  readonly conversation?: string;
  readonly seq?: number;
  /** Milliseconds. */
  readonly removedAt: number;
}

export type SearchDocument = MessageDocument | UserDocument | ConversationDocument | Tombstone;
