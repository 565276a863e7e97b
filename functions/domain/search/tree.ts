/** What a search asks for, once names are ids and dates are times. The one form that is compiled for the engine and that a plain scan judges by. */
export type Query =
  /** All of them; an empty one is everything. */
  | { readonly op: 'and'; readonly nodes: readonly Query[] }
  /** At least one of them; an empty one is nothing. */
  | { readonly op: 'or'; readonly nodes: readonly Query[] }
  | { readonly op: 'not'; readonly node: Query }
  /** Folded words side by side (`domain/search/words.ts`); with `prefix` the last one is only the beginning of a word. */
  | { readonly op: 'words'; readonly words: readonly string[]; readonly prefix: boolean }
  /** A token of code as a whole: `c++`, `=>`. */
  | { readonly op: 'code'; readonly token: string }
  | { readonly op: 'is'; readonly filter: Filter };

/** What a message may be asked besides its words. */
export type Filter =
  | { readonly by: 'sender'; readonly userIds: readonly string[] }
  | { readonly by: 'conversation'; readonly conversationIds: readonly string[] }
  | { readonly by: 'mentions'; readonly userIds: readonly string[]; readonly all: boolean }
  | { readonly by: 'has'; readonly what: Holding }
  | { readonly by: 'type'; readonly type: string }
  | { readonly by: 'is'; readonly what: Being }
  | { readonly by: 'lang'; readonly lang: string }
  /** From `from` (ms) on, before `before` (ms). */
  | { readonly by: 'time'; readonly from?: number; readonly before?: number };

/** What a message may hold, for `has:`. `link` is in its text; a `thread` hangs from it. */
export const HOLDINGS = ['image', 'video', 'audio', 'file', 'link', 'location', 'reaction', 'thread'] as const;
export type Holding = (typeof HOLDINGS)[number];

/** What a message may be, for `is:`. `thread`: it stands in a thread, or begins one. */
export const BEINGS = ['pinned', 'edited', 'thread'] as const;
export type Being = (typeof BEINGS)[number];
